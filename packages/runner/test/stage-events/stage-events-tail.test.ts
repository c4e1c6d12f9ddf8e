import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Launch } from '@weir/contract';
import { killAndWait, RunnerBench } from '../runner-bench.ts';

let bench: RunnerBench;
beforeEach(async () => {
  bench = await RunnerBench.open({ WEIR_ENGINE_PYTHON: '/opt/python', SECRET_TOKEN: 'must not be seen' });
});
afterEach(() => bench.dispose());

const line = (n: number) => `${JSON.stringify({ type: 'progress', current: n, total: 100, message: 'é'.repeat(n % 7) })}\n`;
const stage = (spec: Record<string, unknown>): Pick<Launch, 'program'> => ({ program: { kind: 'stage', program: 'train', spec } });
const numbers = (lines: readonly unknown[]) => lines.map((value) => (value as { current?: number }).current);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const appends = (count: number) => upTo(count).map(line);

test('every line of a stage arrives once, in order, before its end', async () => {
  await bench.connect();
  bench.host.order(1, stage({ appends: appends(50), exit: 4 }));
  expect(await bench.host.outcome(1)).toEqual({ kind: 'exited', code: 4 });
  expect(numbers(bench.host.events.get('1.1')?.lines ?? [])).toEqual(upTo(50));
  const frames = bench.host.frames.filter((frame) => frame.type === 'events' || (frame.type === 'report' && frame.report.kind === 'ended'));
  expect(frames.at(-1)?.type).toBe('report');
});

test('lines arrive while the stage still runs', async () => {
  await bench.connect();
  const gate = join(bench.home, 'gate');
  bench.host.order(1, stage({ appends: appends(3), gate }));
  await bench.host.until(() => bench.host.events.get('1.1')?.lines.length === 2);
  mkdirSync(gate);
  await bench.host.outcome(1);
  expect(numbers(bench.host.events.get('1.1')?.lines ?? [])).toEqual([0, 1, 2]);
});

test('what was not acknowledged is sent again after a reconnect, and nothing twice', async () => {
  await bench.connect();
  const gate = join(bench.home, 'gate');
  bench.host.order(1, stage({ appends: appends(20), gate }));
  await bench.host.until(() => bench.host.events.has('1.1'));
  bench.host.script.ackEvents = false;
  bench.host.cut();
  mkdirSync(gate);
  await bench.host.until(() => bench.host.hellos().length === 2);
  await bench.host.until(() => bench.host.frames.at(-1)?.type === 'events');
  bench.host.script.ackEvents = true;
  bench.host.cut();
  expect(await bench.host.outcome(1)).toEqual({ kind: 'exited', code: 0 });
  expect(numbers(bench.host.events.get('1.1')?.lines ?? [])).toEqual(upTo(20));
});

test('an ended stage is told as running until its last line is acknowledged, over a killed runner too', async () => {
  const first = bench.spawnRunner();
  bench.host.script.ackEvents = false;
  await bench.host.untilConnected();
  bench.host.order(1, stage({ appends: appends(5) }));
  await bench.host.until(() => bench.host.frames.some((frame) => frame.type === 'events'));
  await killAndWait(first);
  bench.host.script.ackEvents = true;
  bench.spawnRunner();
  expect(await bench.host.outcome(1)).toEqual({ kind: 'exited', code: 0 });
  expect(bench.host.hellos()[1]?.attempts).toMatchObject([{ kind: 'running' }]);
  expect(numbers(bench.host.events.get('1.1')?.lines ?? [])).toEqual(upTo(5));
});

test('a line that is not JSON arrives as a warning, an empty one not at all, a last one without newline as well', async () => {
  await bench.connect();
  bench.host.order(1, stage({ appends: [line(0), 'Traceback: oh\n', '\n', '  \n', line(1).trimEnd()] }));
  await bench.host.outcome(1);
  expect(bench.host.events.get('1.1')?.lines).toMatchObject([
    { current: 0 },
    { type: 'log', level: 'WARNING', message: 'not a line of JSON: Traceback: oh' },
    { current: 1 },
  ]);
});

test('long lines pass up to the limit; a longer one is left out with a warning', async () => {
  await bench.connect();
  bench.host.order(1, stage({ appends: [line(0), 3_900_000, 5_000_000, line(1)] }));
  await bench.host.outcome(1);
  const lines = bench.host.events.get('1.1')?.lines ?? [];
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatchObject({ type: 'report' });
  expect(JSON.stringify(lines[2])).toMatch(/"level":"WARNING","message":"an event line of 50000\d\d bytes was left out/);
  expect(lines[3]).toMatchObject({ current: 1 });
});

test('a stage finds its program, its spec and its engine, and nothing of the service', async () => {
  await bench.connect();
  bench.host.order(1, stage({ appends: [] }));
  await bench.host.outcome(1);
  const chunk = await bench.host.readLog({ jobId: 1 });
  const seen = JSON.parse(Buffer.from(chunk.data).toString()) as { argv: string[]; env: string[] };
  expect(seen.argv).toEqual(['train']);
  expect(seen.env).toEqual(expect.arrayContaining(['WEIR_ENGINE_PYTHON', 'WEIR_EVENTS', 'WEIR_HOME', 'WEIR_STAGE_SPEC']));
  expect(seen.env).not.toContain('SECRET_TOKEN');
});
