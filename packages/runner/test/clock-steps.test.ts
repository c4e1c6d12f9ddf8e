import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RunnerBench, sh } from './runner-bench.ts';

const LIBRARY = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketimeMT.so.1`;
const HOUR_MS = 3_600_000;

/** The wall clock of the runner is set by an hour while its steady clock goes on, as when the clock of a machine is set. */
describe.runIf(existsSync(LIBRARY)).each(['+3600', '-3600'])('when the clock is set by %s seconds', (step) => {
  let bench: RunnerBench;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weir-clock-'));
    writeFileSync(join(folder, 'clock'), '+0');
    bench = await RunnerBench.open({
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: join(folder, 'clock'),
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
  });
  afterEach(async () => {
    await bench.dispose();
    rmSync(folder, { recursive: true });
  });

  /** The time of day as the runner has it, by its answer to a stop of an attempt that it never had. */
  async function tellTime(): Promise<number> {
    bench.host.send({ type: 'stop', jobId: 9, attempt: 1, by: 'user', graceMs: 0, signal: 'TERM' });
    await bench.host.outcome(9);
    return Date.parse(bench.host.ended(9)?.endedAt ?? '');
  }

  test('the session lasts, a running job goes on, and a time limit is neither reached early nor late', async () => {
    bench.spawnRunner();
    await bench.host.untilConnected();
    bench.host.order(1, { ...sh('exec sleep 1000'), timeLimitMs: HOUR_MS / 2 });
    await bench.host.untilRunning(1);
    writeFileSync(join(folder, 'clock'), step);
    bench.host.order(2, { ...sh('exec sleep 1000'), timeLimitMs: 500 });
    expect(await bench.host.outcome(2)).toEqual({ kind: 'stopped', by: 'time_limit', code: null, signal: 15 });
    expect(Math.abs((await tellTime()) - Date.now())).toBeGreaterThan(HOUR_MS / 2);
    const beats = bench.host.frames.length;
    await bench.host.until(() => bench.host.frames.slice(beats).filter(({ type }) => type === 'heartbeat').length >= 5);
    expect(bench.host.hellos()).toHaveLength(1);
    expect(bench.host.ended(1)).toBeUndefined();
    bench.host.send({ type: 'stop', jobId: 1, attempt: 1, by: 'user', graceMs: 0, signal: 'TERM' });
    expect(await bench.host.outcome(1)).toMatchObject({ kind: 'stopped', by: 'user' });
    const { startedAt, endedAt } = bench.host.ended(1) ?? {};
    expect(Date.parse(endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(startedAt ?? ''));
  });
});
