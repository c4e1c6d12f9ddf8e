import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_FRAME_BYTES, NodeUsage } from '@weir/contract';
import { FakeHost, OTHER_STORE, TEST_STORE } from '../fake-host.ts';
import { RunnerBench, sh } from '../runner-bench.ts';

let bench: RunnerBench;
beforeEach(async () => {
  bench = await RunnerBench.open();
});
afterEach(() => bench.dispose());

const untilHellos = (count: number) => bench.host.until(() => bench.host.hellos().length === count);
/** Waits for heartbeats: only a session has them. */
const untilBeats = (count: number) => {
  const beats = () => bench.host.frames.filter(({ type }) => type === 'heartbeat').length;
  const before = beats();
  return bench.host.until(() => beats() >= before + count);
};
const warnings = () => bench.logged.filter((line) => line.level >= 40).map((line) => line.msg);

test('a runner started before its host connects when the host is there', async () => {
  await bench.host.stop();
  await bench.startRunner();
  await bench.host.listen();
  await untilHellos(1);
});

test('a runner comes back to a host that was killed and started again', async () => {
  await bench.connect();
  await bench.host.kill();
  await bench.host.listen();
  await untilHellos(2);
  bench.host.order(1, sh('exit 0'));
  expect(await bench.host.outcome(1)).toEqual({ kind: 'exited', code: 0 });
});

test.each([
  ['text that is not JSON', 'oh no', 'not JSON'],
  ['a frame of an unknown type', '{"type":"reboot"}', 'unknown type "reboot"'],
  ['a frame with a wrong field', '{"type":"stop","jobId":"1","attempt":1,"by":"user","graceMs":0}', 'a "stop" frame of another form'],
  ['a binary frame', new Uint8Array([1, 2, 3]), 'a binary frame'],
  ['a frame above the limit', `"${'x'.repeat(MAX_FRAME_BYTES)}"`, 'Max payload size exceeded'],
])('%s ends the session with a clear line and a reconnect', async (_, data, reason) => {
  await bench.connect();
  bench.host.sendRaw(data);
  await untilHellos(2);
  expect(warnings()).toEqual([expect.stringContaining(`does not fit the contract (${reason}`)]);
  bench.host.order(1, sh('exit 0'));
  expect(await bench.host.outcome(1)).toEqual({ kind: 'exited', code: 0 });
});

test('a refused token is told once and clearly, not tried again at once, and a new one is taken up at once', async () => {
  bench.host.token = 'another';
  await bench.startRunner();
  await bench.host.until(() => bench.host.refusedHandshakes === 1);
  bench.host.writeToken('another');
  await untilHellos(1);
  expect(bench.host.refusedHandshakes).toBe(1);
  expect(warnings()).toEqual([expect.stringMatching(/refuses the node token/)]);
});

test.each([
  { challenges: true, storeId: TEST_STORE },
  { challenges: false, storeId: undefined },
])("it is seen whether a refusal is a host's own: $challenges", async ({ challenges, storeId }) => {
  bench.host.script.challenges = challenges;
  bench.host.token = 'another';
  await bench.startRunner();
  await expect.poll(() => bench.logged).toContainEqual(expect.objectContaining({ ending: { kind: 'refused', status: 401, storeId } }));
});

test('a host that falls silent is left for a new connection', async () => {
  bench.host.script.heartbeatMs = 30;
  await bench.connect();
  bench.host.freeze();
  await untilHellos(2);
  expect(warnings()).toEqual(['the host has not answered for several heartbeats']);
});

test('heartbeats come while a session lasts', async () => {
  bench.host.script.heartbeatMs = 20;
  await bench.connect();
  const beats = () => bench.host.frames.filter((frame) => frame.type === 'heartbeat');
  await bench.host.until(() => beats().length >= 3);
  for (const beat of beats()) expect(Value.Check(NodeUsage, beat.usage)).toBe(true);
});

test('a host of another store gets the node only when it has no attempts of its own store any more', async () => {
  await bench.connect();
  bench.host.order(1, sh('sleep 1000'));
  await bench.host.untilRunning(1);
  await bench.host.kill();
  bench.host.script.storeId = OTHER_STORE;
  bench.host.script.superseded.add('1.1');
  await bench.host.listen();
  // It is tried again and again.
  await untilHellos(3);
  expect(warnings()).toContainEqual(
    expect.stringMatching(/belongs to another store .*: the node's jobs go on; to give them up, .*welcome\.json/),
  );
  bench.host.script.storeId = TEST_STORE;
  bench.host.script.superseded.clear();
  await untilBeats(1);
  bench.host.send({ type: 'stop', jobId: 1, attempt: 1, by: 'user', graceMs: 0, signal: 'TERM' });
  expect(await bench.host.outcome(1)).toMatchObject({ kind: 'stopped', by: 'user' });
  // The second one is sent after the acknowledgement has arrived.
  await untilBeats(2);
  await bench.host.kill();
  bench.host.script.storeId = OTHER_STORE;
  await bench.host.listen();
  await untilBeats(1);
  bench.host.order(2, sh('exit 0'));
  expect(await bench.host.outcome(2)).toEqual({ kind: 'exited', code: 0 });
});

describe('with several hosts', () => {
  const other = () => FakeHost.start(mkdtempSync(join(tmpdir(), 'weir-other-host-')));

  test('the next one is tried when one is away, and kept', async () => {
    const second = await other();
    await bench.dispose();
    bench = await RunnerBench.open({ WEIR_HOST_URL: `http://127.0.0.1:1,${second.url}` });
    await bench.startRunner();
    await second.until(() => second.hellos().length === 1);
    second.cut();
    await second.until(() => second.hellos().length === 2);
    expect(warnings().filter((message) => message.startsWith('the host cannot be reached'))).toHaveLength(1);
    await second.dispose();
  });

  test('when the host of a session dies, its jobs are reported to another', async () => {
    const [first, second] = [await other(), await other()];
    await bench.dispose();
    bench = await RunnerBench.open({ WEIR_HOST_URL: `${first.url},${second.url}` });
    await bench.startRunner();
    await first.untilConnected();
    first.order(1, sh('sleep 1000'));
    await first.untilRunning(1);
    await first.kill();
    await second.until(() => second.hellos().length === 1);
    expect(second.hellos()[0]?.attempts).toMatchObject([{ jobId: 1, attempt: 1, kind: 'running' }]);
    second.send({ type: 'stop', jobId: 1, attempt: 1, by: 'user', graceMs: 0, signal: 'TERM' });
    expect(await second.outcome(1)).toMatchObject({ kind: 'stopped', by: 'user' });
    await first.dispose();
    await second.dispose();
  });
});
