import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PROTOCOL_VERSION } from '@weir/contract';
import { OTHER_STORE, TEST_STORE, TEST_TOKEN } from './fake-host.ts';
import { RunnerBench, sh } from './runner-bench.ts';

let bench: RunnerBench;
beforeEach(async () => {
  bench = await RunnerBench.open();
});
afterEach(() => bench.dispose());

const attempts = () => readdirSync(join(bench.home, 'node', 'attempts'));
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const isForgotten = (key: string) => until(() => !attempts().some((name) => name.startsWith(`${key}.`)));

test('a job runs and its end is told once, then forgotten', async () => {
  await bench.connect();
  bench.host.order(1, sh('echo hello; exit 3'));
  expect(await bench.host.outcome(1)).toEqual({ kind: 'exited', code: 3 });
  await isForgotten('1.1');
  expect(bench.host.reports.get('1.1')?.filter((report) => report.kind === 'ended')).toHaveLength(1);
});

test('hello tells what the node has', async () => {
  await bench.connect();
  const [hello] = bench.host.hellos();
  expect(hello).toMatchObject({ version: PROTOCOL_VERSION, node: 'node-1', attempts: [] });
  expect(hello?.inventory.cpus).toBeGreaterThan(0);
  expect(hello?.inventory.executors).toMatchObject([
    { kind: 'process', usable: true },
    { kind: 'systemd' },
    { kind: 'stages', usable: false, notes: [expect.stringMatching(/npm run setup/) as string] },
  ]);
  expect(hello?.inventory.bootId).toMatch(/^[0-9a-f-]{36}$/);
});

test('a long job is told as running, paused, resumed and stopped', async () => {
  await bench.connect();
  bench.host.order(1, sh('while :; do sleep 0.05; done'));
  await bench.host.untilRunning(1);
  bench.host.send({ type: 'pause', jobId: 1, attempt: 1 });
  await bench.host.untilRunning(1, { paused: true });
  bench.host.send({ type: 'resume', jobId: 1, attempt: 1 });
  await bench.host.untilRunning(1);
  bench.host.send({ type: 'stop', jobId: 1, attempt: 1, by: 'user', graceMs: 1000, signal: 'TERM' });
  expect(await bench.host.outcome(1)).toEqual({ kind: 'stopped', by: 'user', code: null, signal: 15 });
});

test('an end is told by every hello until it is acknowledged', async () => {
  bench.host.script.ackEnds = false;
  await bench.connect();
  bench.host.order(1, sh('exit 7'));
  await bench.host.outcome(1);
  bench.host.cut();
  await bench.host.until(() => bench.host.hellos().length === 2);
  expect(bench.host.hellos()[1]?.attempts).toMatchObject([{ jobId: 1, attempt: 1, kind: 'ended', outcome: { kind: 'exited', code: 7 } }]);
  bench.host.script.ackEnds = true;
  bench.host.cut();
  await bench.host.until(() => bench.host.hellos().length === 3);
  await isForgotten('1.1');
});

test('an end that happened while the host was away is told by the next hello', async () => {
  await bench.connect();
  const gate = join(bench.home, 'gate');
  bench.host.order(1, sh(`until [ -e ${gate} ]; do sleep 0.02; done; exit 5`));
  await bench.host.untilRunning(1);
  await bench.host.kill();
  mkdirSync(gate);
  await until(() => attempts().some((name) => name.startsWith('1.1.exit.')));
  await bench.host.listen();
  expect(await bench.host.outcome(1)).toEqual({ kind: 'exited', code: 5 });
});

test('an order repeated after a reconnect does not run the job twice', async () => {
  await bench.connect();
  bench.host.order(1, sh('echo ran; sleep 0.3'));
  bench.host.cut();
  await bench.host.until(() => bench.host.hellos().length === 2);
  bench.host.order(1, sh('echo ran; sleep 0.3'));
  await bench.host.outcome(1);
  expect(readFileSync(join(bench.home, 'node/jobs/1/1.stdout'), 'utf8')).toBe('ran\n');
});

test('an attempt that welcome does not list is stopped and forgotten without a word', async () => {
  await bench.connect();
  bench.host.order(1, sh('echo $$; trap "" TERM; while :; do sleep 0.05; done'));
  await bench.host.untilRunning(1);
  bench.host.script.superseded.add('1.1');
  bench.host.cut();
  await bench.host.until(() => bench.host.hellos().length === 2);
  await isForgotten('1.1');
  expect(bench.host.ended(1)).toBeUndefined();
});

describe('a node that hosts do not want any more', () => {
  const endings = () => bench.logged.flatMap(({ msg }) => (msg.includes('ending all its attempts') ? [msg] : []));

  test('ends everything it has when it is told that it was removed, also what is paused', async () => {
    await bench.connect();
    for (const job of [1, 2]) bench.host.order(job, sh('sleep 1000'));
    for (const job of [1, 2]) await bench.host.untilRunning(job);
    bench.host.send({ type: 'pause', jobId: 2, attempt: 1 });
    await bench.host.untilRunning(2, { paused: true });
    bench.host.send({ type: 'removed' });
    for (const key of ['1.1', '2.1']) await isForgotten(key);
    expect(endings()).toEqual(['this node was removed: ending all its attempts']);
    expect([1, 2].map((job) => bench.host.ended(job))).toEqual([undefined, undefined]);
  });

  test('ends it after its token was refused for as long as hosts wait for a node, not before', async () => {
    bench.host.script.lostAfterMs = 700;
    await bench.connect();
    bench.host.order(1, sh('sleep 1000'));
    await bench.host.untilRunning(1);
    bench.host.token = 'another';
    bench.host.cut();
    await bench.host.until(() => bench.host.refusedHandshakes === 1);
    expect(endings()).toEqual([]);
    await isForgotten('1.1');
    expect(endings()).toHaveLength(1);
    expect(bench.host.refusedHandshakes).toBeGreaterThan(1);
  });

  test('ends it after its runner was restarted, too: when that should be is not forgotten', async () => {
    bench.host.script.lostAfterMs = 700;
    const first = await bench.connect();
    bench.host.order(1, sh('sleep 1000'));
    await bench.host.untilRunning(1);
    bench.host.token = 'another';
    await first.stop();
    await bench.startRunner();
    await isForgotten('1.1');
    expect(endings()).toHaveLength(1);
  });

  describe('when much time goes by', () => {
    afterEach(() => {
      vi.useRealTimers();
    });

    /** Lets the session's clock run until `condition` holds; what comes over the sockets comes in between. */
    const passUntil = async (condition: () => boolean) => {
      while (!condition()) {
        vi.advanceTimersByTime(500);
        await new Promise(setImmediate);
      }
    };
    /** A job runs, and from now on its host refuses the token as a host of `storeId`. */
    const refuse = async (storeId: string) => {
      await bench.connect();
      bench.host.order(1, sh('sleep 1000'));
      await bench.host.untilRunning(1);
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      bench.host.token = 'another';
      bench.host.script.storeId = storeId;
      bench.host.cut();
    };

    test('ends it for a host of its own store', async () => {
      await refuse(TEST_STORE);
      await passUntil(() => endings().length === 1);
      expect(bench.host.refusedHandshakes).toBeGreaterThan(3);
    });

    test('ends nothing for a host of another store, says so once, and is there for its own one', async () => {
      await refuse(OTHER_STORE);
      await passUntil(() => bench.host.refusedHandshakes === 20);
      expect(endings()).toEqual([]);
      const complaints = bench.logged.filter(({ msg }) => msg.includes('belongs to another store'));
      expect(complaints).toMatchObject([{ level: 40, msg: expect.stringContaining(bench.host.url.replace('http', 'ws')) as string }]);
      bench.host.script.storeId = TEST_STORE;
      bench.host.token = TEST_TOKEN;
      await passUntil(() => bench.host.hellos().length === 2);
      expect(bench.host.hellos()[1]?.attempts).toMatchObject([{ jobId: 1, kind: 'running' }]);
    });
  });

  test('goes on under a new token that comes in time', async () => {
    await bench.connect();
    bench.host.order(1, sh('sleep 1000'));
    await bench.host.untilRunning(1);
    bench.host.token = 'another';
    bench.host.cut();
    await bench.host.until(() => bench.host.refusedHandshakes === 1);
    bench.host.writeToken('another');
    await bench.host.until(() => bench.host.hellos().length === 2);
    expect(bench.host.hellos()[1]?.attempts).toMatchObject([{ jobId: 1, kind: 'running' }]);
    bench.host.send({ type: 'stop', jobId: 1, attempt: 1, by: 'user', graceMs: 0, signal: 'TERM' });
    await isForgotten('1.1');
  });
});

test('an order waits until what the host no longer wants is gone, and can be taken back meanwhile', async () => {
  const mark = join(bench.home, 'leftover');
  await bench.connect();
  bench.host.order(1, sh(`trap 'sleep 0.5; rm ${mark}; exit' TERM; touch ${mark}; while :; do sleep 0.05; done`));
  await bench.host.untilRunning(1);
  await until(() => existsSync(mark));
  bench.host.script.superseded.add('1.1');
  bench.host.cut();
  await bench.host.until(() => bench.host.hellos().length === 2);
  bench.host.order(1, sh(`test ! -e ${mark}`), 2);
  bench.host.order(2, sh('true'));
  bench.host.send({ type: 'stop', jobId: 2, attempt: 1, by: 'user', graceMs: 0, signal: 'TERM' });
  expect(await bench.host.outcome(2)).toEqual({ kind: 'stopped', by: 'user', code: null, signal: null });
  expect(bench.host.ended(2)).toMatchObject({ startedAt: null });
  expect(existsSync(mark)).toBe(true);
  expect(await bench.host.outcome(1, 2)).toEqual({ kind: 'exited', code: 0 });
});

test('a stop of an attempt whose order never arrived is answered', async () => {
  await bench.connect();
  bench.host.send({ type: 'stop', jobId: 9, attempt: 2, by: 'user', graceMs: 0, signal: 'TERM' });
  expect(await bench.host.outcome(9, 2)).toEqual({ kind: 'stopped', by: 'user', code: null, signal: null });
});

test('forget deletes the files of a job that has ended, and not of one that runs', async () => {
  await bench.connect();
  bench.host.order(1, sh('echo x'));
  bench.host.order(2, sh('sleep 1000'));
  await bench.host.outcome(1);
  await bench.host.untilRunning(2);
  bench.host.send({ type: 'forget', jobId: 1 });
  bench.host.send({ type: 'forget', jobId: 2 });
  await until(() => !existsSync(join(bench.home, 'node/jobs/1')));
  expect(existsSync(join(bench.home, 'node/jobs/2'))).toBe(true);
  bench.host.send({ type: 'stop', jobId: 2, attempt: 1, by: 'user', graceMs: 0, signal: 'TERM' });
  await bench.host.outcome(2);
});

test('output in a file of the user is read by whoever asks, also after the end and by the next runner, and survives forget', async () => {
  const first = await bench.connect();
  const workdir = join(bench.home, 'project');
  mkdirSync(workdir);
  bench.host.order(1, { ...sh('echo hello'), workdir, stdout: 'out-%N.txt' });
  await bench.host.outcome(1);
  await isForgotten('1.1');
  expect(Buffer.from((await bench.host.readLog({ jobId: 1 })).data).toString()).toBe('hello\n');
  await first.stop();
  await bench.startRunner();
  await bench.host.until(() => bench.host.hellos().length === 2);
  expect(Buffer.from((await bench.host.readLog({ jobId: 1 })).data).toString()).toBe('hello\n');
  rmSync(join(workdir, 'out-node-1.txt'));
  await expect(bench.host.readLog({ jobId: 1 })).rejects.toThrow(/out-node-1\.txt was moved, replaced or deleted/);
  writeFileSync(join(workdir, 'out-node-1.txt'), 'mine');
  bench.host.send({ type: 'forget', jobId: 1 });
  await until(() => !existsSync(join(bench.home, 'node/jobs/1')));
  expect(readFileSync(join(workdir, 'out-node-1.txt'), 'utf8')).toBe('mine');
});

test('a second runner of the same home is refused', async () => {
  const child = bench.spawnRunner();
  await bench.host.untilConnected();
  await expect(bench.startRunner()).rejects.toThrow(/a runner of this home is alive/);
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(child.exitCode).toBe(0);
  expect(existsSync(join(bench.home, 'run/runner.json'))).toBe(false);
});
