import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeHost } from '../fake-host/fake-host.ts';
import { parseJson } from '../parse-json.ts';
import { runWeir, startWeir } from '../run-weir.ts';

const batchOf = (host: FakeHost) => host.calls.find((call) => call.id === 'batchCreate')?.body;

test('runs follow each other in order, and the summary is on standard error', async () => {
  await using host = await FakeHost.start();
  const { stdout, stderr, code } = await runWeir(['sweep', 'echo', 'span:{1..2}', 'span:[a,b]', 'span:other'], host);
  expect([stdout, stderr, code]).toEqual(['1 a other\n1 b other\n2 a other\n2 b other\n', '4 runs: 4 succeeded\n', 0]);
});

test('a failure is told, the others run on, and the exit code is 1', async () => {
  await using host = await FakeHost.start();
  const { stderr, code } = await runWeir(['sweep', 'sh', '-c', 'exit $0', 'span:[0,3,0]'], host);
  expect([stderr, code]).toEqual([`weir: exit code 3: sh -c 'exit $0' 3\n3 runs: 2 succeeded, 1 failed\n`, 1]);
});

test('a single run exits as it did', async () => {
  await using host = await FakeHost.start();
  expect((await runWeir(['sweep', 'sh', '-c', 'exit 3'], host)).code).toBe(3);
});

test('--parallel runs them at once, --parallel N at most N', async () => {
  await using host = await FakeHost.start();
  // Each waits for the other: one after the other they would never end.
  const meet = 'mkfifo p 2>/dev/null; if [ "$0" = 1 ]; then echo x > p; else cat p > /dev/null; fi';
  const both = await runWeir(['sweep', '--parallel', '2', 'sh', '-c', meet, 'span:{1..2}'], host);
  expect([both.stderr, both.code]).toEqual(['2 runs: 2 succeeded\n', 0]);
  const alone = 'mkdir busy || exit 9; rmdir busy';
  const one = await runWeir(['sweep', '--parallel', '1', '--', 'sh', '-c', alone, 'span:{1..5}'], host);
  expect(one.code).toBe(0);
  const all = await runWeir(['sweep', '--parallel', '--json', 'true', 'span:{1..5}'], host);
  expect(parseJson<{ runs: { run: string; exit_code: number }[] }>(all.stdout).runs.map((run) => [run.run, run.exit_code])).toEqual(
    [1, 2, 3, 4, 5].map((value) => [`true ${value}`, 0]),
  );
});

test('a Python function is called with ints from ranges and texts from lists, from the current folder', async () => {
  await using host = await FakeHost.start();
  writeFileSync(join(host.home, 'work.py'), 'import sys\ndef add(a, b):\n    print(a + 1, b * 2, sys.argv)\n');
  const { stdout, code } = await runWeir(['sweep', 'work:add', 'span:{1..2}', 'span:[x]'], host);
  expect([stdout, code]).toEqual(["2 xx ['work:add', '1', 'x']\n3 xx ['work:add', '2', 'x']\n", 0]);
});

test('a Python module is imported with the arguments as its own', async () => {
  await using host = await FakeHost.start();
  writeFileSync(join(host.home, 'only_a_module.py'), 'import sys\nprint(sys.argv[1:])\n');
  expect((await runWeir(['sweep', 'only_a_module', 'span:{1..2}'], host)).stdout).toBe("['1']\n['2']\n");
});

test('an exception in a Python function is a failure', async () => {
  await using host = await FakeHost.start();
  writeFileSync(join(host.home, 'work.py'), 'def fail():\n    raise ValueError("no")\n');
  const { stderr, code } = await runWeir(['sweep', 'work:fail'], host);
  expect(stderr).toContain('ValueError: no');
  expect(code).toBe(1);
});

test('a program whose name looks like a function is run when there is no such module', async () => {
  await using host = await FakeHost.start();
  writeFileSync(join(host.home, 'a:b'), '#!/bin/sh\necho "program $1"\n', { mode: 0o755 });
  const { stdout } = await runWeir(['sweep', 'a:b', '7'], { home: host.home, env: { PATH: `${host.home}:${process.env['PATH'] ?? ''}` } });
  expect(stdout).toBe('program 7\n');
});

test.each([
  [['echo', 'span:{3..1}'], 'span:{3..1} is not a range: use span:{1..3}, both ends whole numbers, the smaller first'],
  [['echo', 'span:[]'], 'span:[] has no values: nothing would run'],
  [
    ['no-such-program'],
    '"no-such-program" cannot be run: it is not a program (on PATH or of a file), nor a Python module or module:function of this folder',
  ],
  [['--cores', '2', 'echo'], 'options of a job need --submit: without it the runs are processes of this machine'],
  [['--parallel', '--submit', 'echo'], '--parallel runs on this machine and --submit in the queue: use one of them'],
  [['--parallel', '0', 'echo'], '--parallel is "0": use a whole number from 1 to 10000'],
  [['--submit', '--target', 'a', 'echo'], 'a sweep cannot take --target: each run is one job that the scheduler places'],
])('%j is refused', async (words, message) => {
  await using host = await FakeHost.start();
  const { stderr, code } = await runWeir(['sweep', ...words], host);
  expect([stderr, code]).toEqual([`weir: ${message}\n`, 64]);
});

test('--submit queues every run as a job of one batch', async () => {
  await using host = await FakeHost.start();
  const { stdout, stderr, code } = await runWeir(['sweep', '--submit', '--cores', '2', '--name', 's', 'echo', 'span:{1..2}'], host);
  expect(batchOf(host)).toEqual({
    job: { cpus: 2, name: 's', workdir: host.home },
    commands: [
      ['echo', '1'],
      ['echo', '2'],
    ],
  });
  expect([stdout, stderr, code]).toEqual(['job 1 submitted\njob 2 submitted\n', 'see them with: weir job list --batch 1\n', 0]);
});

test('--submit --wait exits as the first job that did not succeed', async () => {
  await using host = await FakeHost.start();
  const weir = startWeir(['sweep', '--submit', '--wait', 'true', 'span:{1..2}'], host);
  await host.called('jobShow');
  host.jobs.end(1);
  host.jobs.end(2, { state: 'timed_out' });
  expect((await weir.ended).code).toBe(124);
});

test('Ctrl-C ends what runs and starts nothing more', async () => {
  await using host = await FakeHost.start();
  const weir = startWeir(['sweep', 'sh', '-c', 'echo started; exec sleep 60', 'span:{1..3}'], host);
  await weir.wrote('stdout', 'started');
  weir.kill('SIGINT');
  const { code, stdout, stderr } = await weir.ended;
  expect([code, stdout]).toEqual([130, 'started\n']);
  expect(stderr).toContain('3 runs: 0 succeeded, 1 failed, 2 not started');
});
