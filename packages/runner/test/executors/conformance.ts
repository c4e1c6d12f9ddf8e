import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { outputFile } from '../../src/node-folders.ts';
import { ExecutorBench, isAlive, type MakeExecutor } from './executor-bench.ts';

const MIB = 1024 * 1024;

/** What every executor does, told as tests; `make` gives a new executor for a home. */
export function describeExecutor(name: string, make: MakeExecutor): void {
  let bench: ExecutorBench;
  beforeEach(() => {
    bench = new ExecutorBench(make);
  });
  afterEach(() => bench.dispose());

  describe(`${name}: how a program ends`, () => {
    test.each([0, 1, 3, 42, 127, 137, 143, 255])('exit code %i is told as it is', async (code) => {
      const end = await bench.ended(bench.shell(1, `exit ${code}`));
      expect(end.outcome).toEqual({ kind: 'exited', code });
    });

    test.each([
      ['TERM', 15],
      ['KILL', 9],
      ['SEGV', 11],
      ['HUP', 1],
    ])('death by SIG%s is told as a signal, not as a code', async (signal, number) => {
      const end = await bench.ended(bench.shell(1, `kill -${signal} $$`));
      expect(end.outcome).toEqual({ kind: 'signaled', signal: number });
    });

    test('times tell when it ran', async () => {
      const before = Date.now();
      const end = await bench.ended(bench.shell(1, 'sleep 0.05'));
      expect(end.startedAt).toBeGreaterThanOrEqual(before);
      expect(end.endedAt).toBeGreaterThanOrEqual((end.startedAt ?? 0) + 50);
      expect(end.endedAt).toBeLessThanOrEqual(Date.now());
    });

    test('a command that is not there is a failed start that names it', async () => {
      const id = { jobId: 1, attempt: 1 };
      bench.order(id, { kind: 'command', argv: ['no-such-program-at-all', 'x'] });
      const end = await bench.ended(id);
      expect(end.outcome).toMatchObject({ kind: 'start_failed', message: expect.stringMatching(/"no-such-program-at-all".*no such file/) });
      expect(end.startedAt).toBeNull();
    });

    test('a file that may not be executed is a failed start', async () => {
      const id = { jobId: 1, attempt: 1 };
      bench.order(id, { kind: 'command', argv: ['/etc/passwd'] });
      expect((await bench.ended(id)).outcome).toMatchObject({ kind: 'start_failed', message: expect.stringMatching(/permission denied/) });
    });

    test('a working directory that is not there is a failed start that names it', async () => {
      const end = await bench.ended(bench.shell(1, 'true', { workdir: '/no/such/place' }));
      expect(end.outcome).toMatchObject({ kind: 'start_failed', message: expect.stringMatching(/"\/no\/such\/place".*no such file/) });
    });

    test('many attempts at once all end with their own result', async () => {
      const ids = Array.from({ length: 60 }, (_, index) => bench.shell(index + 1, `echo ${index}; exit ${index}`));
      for (const [index, id] of ids.entries()) {
        expect((await bench.ended(id)).outcome).toEqual({ kind: 'exited', code: index });
        expect(bench.output(id)).toBe(`${index}\n`);
      }
    });
  });

  describe(`${name}: what a program finds`, () => {
    test('standard input is at its end, output goes to the two files', async () => {
      const id = bench.shell(1, 'cat; echo out; echo err >&2');
      await bench.ended(id);
      expect([bench.output(id), bench.output(id, 'stderr')]).toEqual(['out\n', 'err\n']);
    });

    test('arguments arrive byte for byte', async () => {
      const id = { jobId: 1, attempt: 1 };
      const odd = ['', ' ', 'a b', '*', '$HOME', '`id`', '"\'\\', 'line\nbreak', 'ünï-çödé-🦦', '\u0001\u007f', '--', '-n', '%s'];
      bench.order(id, { kind: 'command', argv: ['/usr/bin/printf', '%s\\001', ...odd] });
      await bench.ended(id);
      expect(bench.output(id)).toBe(odd.map((argument) => `${argument}\u0001`).join(''));
    });

    test('it stands in the directory that was asked for, or in a private one', async () => {
      const workdir = join(bench.home, 'a place ü');
      mkdirSync(workdir);
      const asked = bench.shell(1, 'pwd', { workdir });
      const own = bench.shell(2, 'pwd; echo x > file');
      await Promise.all([bench.ended(asked), bench.ended(own)]);
      expect(bench.output(asked)).toBe(`${workdir}\n`);
      expect(bench.output(own)).toBe(`${bench.folders.jobs}/2/work\n`);
    });

    test('its environment is the base, its own variables and ours, and nothing else', async () => {
      const id = { jobId: 7, attempt: 2 };
      bench.order(
        id,
        { kind: 'command', argv: ['env', '-0'] },
        { env: { MINE: 'a=b\nc ü', EMPTY: '' }, gpuIds: [1, 3], cpus: 4, name: 'my job' },
      );
      await bench.ended(id);
      const variables = Object.fromEntries(
        bench
          .output(id)
          .split('\0')
          .filter((line) => line !== '')
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
      expect(variables).toMatchObject({
        MINE: 'a=b\nc ü',
        EMPTY: '',
        WEIR_JOB_ID: '7',
        WEIR_ATTEMPT: '2',
        WEIR_JOB_NAME: 'my job',
        WEIR_CPUS: '4',
        WEIR_GPUS: '1,3',
        CUDA_VISIBLE_DEVICES: '1,3',
      });
      const allowed =
        /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|TMPDIR|MINE|EMPTY|CUDA_VISIBLE_DEVICES|WEIR_(JOB_ID|JOB_NAME|JOB_DIR|ATTEMPT|NODE|CPUS|GPUS))$/;
      expect(Object.keys(variables).filter((name) => !allowed.test(name))).toEqual([]);
    });

    test('no GPU allocated means no GPU visible', async () => {
      const id = bench.shell(1, 'echo "[${CUDA_VISIBLE_DEVICES-unset}]"', { env: { CUDA_VISIBLE_DEVICES: '0' } });
      await bench.ended(id);
      expect(bench.output(id)).toBe('[]\n');
    });

    test('it starts with no signal blocked or ignored, no open file but three, and a usual umask', async () => {
      const id = bench.shell(
        1,
        'grep -E "Sig(Blk|Ign)" /proc/self/status; for n in 3 4 5 6 7 8 9; do [ ! -e /proc/$$/fd/$n ] || echo open $n; done; umask',
      );
      await bench.ended(id);
      expect(bench.output(id)).toBe('SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n0022\n');
    });

    test('a script runs by its first line, else by the shell, with its arguments', async () => {
      const [perl, shell] = [
        { jobId: 1, attempt: 1 },
        { jobId: 2, attempt: 1 },
      ];
      bench.order(perl, { kind: 'script', text: '#!/usr/bin/env perl\nprint "perl @ARGV\\n";', args: ['a', 'b c'] });
      bench.order(shell, { kind: 'script', text: 'echo "sh $# $1"', args: ['x y', 'z'] });
      await Promise.all([bench.ended(perl), bench.ended(shell)]);
      expect([bench.output(perl), bench.output(shell)]).toEqual(['perl a b c\n', 'sh 2 x y\n']);
    });

    test('200 MB of output are kept to the last byte', async () => {
      const id = bench.shell(1, 'head -c 200000000 /dev/zero');
      expect((await bench.ended(id)).outcome).toEqual({ kind: 'exited', code: 0 });
      expect(statSync(outputFile(bench.folders, id, 'stdout')).size).toBe(200_000_000);
    });
  });

  describe(`${name}: stopping`, () => {
    const stop = (by: 'user' | 'superseded', graceMs: number) => ({ by, graceMs });

    test('TERM comes first, and the way it went is told', async () => {
      const id = bench.shell(1, 'trap "echo bye; exit 5" TERM; echo ready; while :; do sleep 0.01; done');
      await bench.untilOutput(id, 'ready');
      bench.executor.stop(id, stop('user', 60_000));
      expect((await bench.ended(id)).outcome).toEqual({ kind: 'stopped', by: 'user', code: 5, signal: null });
      expect(bench.output(id)).toBe('ready\nbye\n');
    });

    test('a program deaf to TERM is killed after the grace', async () => {
      const id = bench.shell(1, 'trap "" TERM; echo ready; while :; do sleep 0.05; done');
      await bench.untilOutput(id, 'ready');
      bench.executor.stop(id, stop('user', 100));
      expect((await bench.ended(id)).outcome).toEqual({ kind: 'stopped', by: 'user', code: null, signal: 9 });
    });

    test('children that are deaf, double forked or in sessions of their own end with it', async () => {
      const id = bench.shell(
        1,
        `sh -c 'trap "" TERM; echo pid $$; while :; do sleep 0.05; done' &
         (setsid sh -c 'trap "" TERM; echo pid $$; while :; do sleep 0.05; done' &) &
         setsid sh -c '(sh -c "echo pid \\$\\$; sleep 1000" &)' &
         echo pid $$; while :; do sleep 0.05; done`,
      );
      await bench.untilOutput(id, 'pid');
      while ((bench.output(id).match(/pid \d+/g) ?? []).length < 4) await bench.untilOutput(id, 'pid');
      bench.executor.stop(id, stop('user', 100));
      await bench.ended(id);
      const pids = [...bench.output(id).matchAll(/pid (\d+)/g)].map((match) => Number(match[1]));
      expect(pids.filter(isAlive)).toEqual([]);
    });

    test('what a program leaves behind ends with it, and its own result counts', async () => {
      const id = bench.shell(
        1,
        `setsid sh -c 'trap "" TERM; echo pid $$; while :; do sleep 0.05; done' & until [ -s "$WEIR_JOB_DIR/1.stdout" ]; do :; done; exit 3`,
      );
      expect((await bench.ended(id)).outcome).toEqual({ kind: 'exited', code: 3 });
      expect(isAlive(Number(/pid (\d+)/.exec(bench.output(id))?.[1]))).toBe(false);
    });

    test('a stop right after the start leaves nothing, whatever it met', async () => {
      for (let jobId = 1; jobId <= 20; jobId += 1) {
        const id = bench.shell(jobId, 'echo pid $$; exec sleep 1000');
        bench.executor.stop(id, stop('user', 1000));
        expect((await bench.ended(id)).outcome).toMatchObject({ kind: 'stopped', by: 'user' });
        expect([...bench.outputOrEmpty(id).matchAll(/pid (\d+)/g)].filter((match) => isAlive(Number(match[1])))).toEqual([]);
      }
    });

    test('a stop of an ended attempt changes nothing', async () => {
      const id = bench.shell(1, 'exit 4');
      const end = await bench.ended(id);
      bench.executor.stop(id, stop('user', 0));
      expect(bench.executor.state(id)).toEqual(end);
    });

    test('repeated stops end it once; a later one may shorten the grace', async () => {
      const id = bench.shell(1, 'trap "" TERM; echo ready; while :; do sleep 0.05; done');
      await bench.untilOutput(id, 'ready');
      bench.executor.stop(id, stop('user', 3_600_000));
      bench.executor.stop(id, stop('superseded', 50));
      expect((await bench.ended(id)).outcome).toEqual({ kind: 'stopped', by: 'user', code: null, signal: 9 });
      expect(bench.states(id).filter((state) => state.kind === 'ended')).toHaveLength(1);
    });

    test('a time limit stops it', async () => {
      const id = bench.shell(1, 'exec sleep 1000', { timeLimitMs: 50 });
      expect((await bench.ended(id)).outcome).toEqual({ kind: 'stopped', by: 'time_limit', code: null, signal: 15 });
    });
  });

  describe(`${name}: pausing`, () => {
    const counter = 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done';

    test('a paused attempt stands still with all its processes and runs on when resumed', async () => {
      const id = bench.shell(1, `setsid sh -c '${counter}' & wait`);
      await bench.untilOutput(id, '3\n');
      bench.executor.pause(id);
      await bench.untilState(id, (state) => state.kind === 'running' && state.paused);
      const [size, later] = [bench.output(id).length, await sizeAfterOthersRan(bench, id)];
      expect(later).toBe(size);
      bench.executor.resume(id);
      await bench.untilState(id, (state) => state.kind === 'running' && !state.paused);
      await bench.untilOutput(id, `${bench.output(id).trim().split('\n').length + 2}\n`);
    });

    test('a paused attempt can be stopped', async () => {
      const id = bench.shell(1, counter);
      await bench.untilOutput(id, '1\n');
      bench.executor.pause(id);
      await bench.untilState(id, (state) => state.kind === 'running' && state.paused);
      bench.executor.stop(id, { by: 'user', graceMs: 60_000 });
      expect((await bench.ended(id)).outcome).toEqual({ kind: 'stopped', by: 'user', code: null, signal: 15 });
    });

    test('time spent paused does not count against the time limit', async () => {
      const id = bench.shell(1, `echo ready; exec sleep 0.3`, { timeLimitMs: 1500 });
      await bench.untilOutput(id, 'ready');
      bench.executor.pause(id);
      await bench.untilState(id, (state) => state.kind === 'running' && state.paused);
      const other = bench.shell(2, 'sleep 1.6');
      await bench.ended(other);
      bench.executor.resume(id);
      expect((await bench.ended(id)).outcome).toEqual({ kind: 'exited', code: 0 });
    });
  });

  describe(`${name}: memory`, () => {
    test('more than the limit ends it as oom_killed', async () => {
      const limit = 64 * MIB;
      const id = bench.shell(1, 'exec perl -e \'my @a; push @a, "x" x 1048576 for 1..400; sleep 1000\'', { memoryBytes: limit });
      expect((await bench.ended(id)).outcome).toEqual({ kind: 'oom_killed', limitBytes: limit });
    });

    test('less than the limit is left alone', async () => {
      const id = bench.shell(1, 'exec perl -e \'my @a; push @a, "x" x 1048576 for 1..20; exit 6\'', { memoryBytes: 128 * MIB });
      expect((await bench.ended(id)).outcome).toEqual({ kind: 'exited', code: 6 });
    });

    test('an oom seen by nobody is told after a restart', async () => {
      const limit = 64 * MIB;
      const gate = join(bench.home, 'gate');
      const id = bench.shell(
        1,
        `echo ready; until [ -e ${gate} ]; do sleep 0.02; done; exec perl -e 'my @a; push @a, "x" x 1048576 for 1..400'`,
        {
          memoryBytes: limit,
        },
      );
      await bench.untilOutput(id, 'ready');
      await bench.executor.close();
      mkdirSync(gate);
      await bench.reopen();
      expect((await bench.ended(id)).outcome).toEqual({ kind: 'oom_killed', limitBytes: limit });
    });
  });

  describe(`${name}: restarts`, () => {
    test('a running attempt goes on and is found again with its start', async () => {
      const gate = join(bench.home, 'gate');
      const id = bench.shell(1, `echo ready; until [ -e ${gate} ]; do sleep 0.02; done; exit 9`);
      await bench.untilState(id, (state) => state.kind === 'running');
      const before = bench.executor.state(id);
      await bench.reopen();
      expect(bench.executor.state(id)).toEqual(before);
      mkdirSync(gate);
      expect((await bench.ended(id)).outcome).toEqual({ kind: 'exited', code: 9 });
    });

    test('an end that nobody saw is found, with its own times', async () => {
      const id = bench.shell(1, 'echo ready; sleep 0.1; kill -9 $$');
      await bench.untilOutput(id, 'ready');
      await bench.executor.close();
      const other = new Date();
      await bench.reopen();
      const end = await bench.ended(id);
      expect(end.outcome).toEqual({ kind: 'signaled', signal: 9 });
      expect(end.startedAt).toBeLessThanOrEqual(other.getTime());
    });

    test('a second start of an attempt does nothing, before and after a restart', async () => {
      const id = bench.shell(1, 'echo once; sleep 0.2');
      bench.shell(1, 'echo twice');
      await bench.reopen();
      bench.shell(1, 'echo thrice');
      await bench.ended(id);
      bench.shell(1, 'echo later');
      expect(bench.outputOrEmpty(id)).not.toMatch(/twice|thrice|later/);
    });

    test('whatever moment the runner dies at, an attempt runs once or never', async () => {
      const ids = Array.from({ length: 40 }, (_, index) => bench.shell(index + 1, 'echo ran'));
      await bench.reopen();
      for (const id of ids) {
        const { outcome } = await bench.ended(id);
        const ran = bench.outputOrEmpty(id);
        expect([outcome, ran]).toEqual(
          outcome.kind === 'never_started' ? [{ kind: 'never_started' }, ''] : [{ kind: 'exited', code: 0 }, 'ran\n'],
        );
      }
    });

    test('a forgotten attempt leaves no record, only its output', async () => {
      const id = bench.shell(1, 'echo kept');
      await bench.ended(id);
      bench.executor.forget(id);
      expect(bench.executor.state(id)).toBeUndefined();
      expect(readdirSync(bench.folders.attempts)).toEqual([]);
      expect(readFileSync(outputFile(bench.folders, id, 'stdout'), 'utf8')).toBe('kept\n');
    });
  });
}

/** The size of an attempt's output after some other attempt has run from start to end. */
async function sizeAfterOthersRan(bench: ExecutorBench, id: { jobId: number; attempt: number }): Promise<number> {
  await bench.ended(bench.shell(9000, 'sleep 0.2'));
  return bench.output(id).length;
}
