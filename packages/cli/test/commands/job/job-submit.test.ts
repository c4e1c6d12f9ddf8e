import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AppError } from '@weir/contract';
import { FakeHost } from '../../fake-host/fake-host.ts';
import { runWeir, startWeir } from '../../run-weir.ts';

const bodyOf = (host: FakeHost) => host.calls.find((call) => call.id === 'jobCreate')?.body;

test('every option becomes its field of the request', async () => {
  await using host = await FakeHost.start();
  const args =
    'job submit --name n --cores 4 --memory 2G --gpus 1 --time-limit 1h30m --grace 0 --priority -5 --env A=1 --env MINE --workdir sub --requeue --comment c';
  await runWeir([...args.split(' '), '--', 'sh', '-c', 'echo "$A"', '--', '--json', '-x'], { home: host.home, env: { MINE: 'm' } });
  expect(bodyOf(host)).toEqual({
    command: ['sh', '-c', 'echo "$A"', '--', '--json', '-x'],
    name: 'n',
    cpus: 4,
    memory_bytes: 2 * 1024 ** 3,
    gpus: 1,
    time_limit_ms: 5_400_000,
    grace_ms: 0,
    priority: -5,
    env: { A: '1', MINE: 'm' },
    workdir: join(host.home, 'sub'),
    requeue: true,
    comment: 'c',
  });
});

test.each([
  ['queue_full', 75],
  ['limit_exceeded', 64],
] as const)('a refusal as %s exits with %i', async (refusal, exit) => {
  await using host = await FakeHost.start();
  host.refusals.push(new AppError(refusal, 'user ada may have 2 jobs in the queue'));
  const { code, stdout, stderr } = await runWeir(['job', 'submit', '--', 'true'], { home: host.home });
  expect([code, stdout, stderr]).toEqual([exit, '', 'weir: user ada may have 2 jobs in the queue\n']);
});

test('the answer is one line on standard output and a hint on standard error', async () => {
  await using host = await FakeHost.start();
  expect(await runWeir(['job', 'submit', '--', 'hostname'], { home: host.home })).toEqual({
    code: 0,
    signal: null,
    stdout: 'job 1 submitted\n',
    stderr: 'follow it with: weir job logs 1 --follow\n',
  });
  expect(bodyOf(host)).toEqual({ command: ['hostname'], workdir: host.home });
});

test('with --json the job is the only thing on standard output', async () => {
  await using host = await FakeHost.start();
  const { stdout, stderr } = await runWeir(['job', 'submit', '--json', '--', 'hostname'], { home: host.home });
  expect(JSON.parse(stdout)).toEqual(host.jobs.get(1));
  expect(stderr).toBe('');
});

describe('scripts', () => {
  test('a script file is sent as text, with its arguments and its name', async () => {
    await using host = await FakeHost.start();
    writeFileSync(join(host.home, 'run.sh'), '#!/bin/sh\necho hi\n');
    await runWeir(['job', 'submit', '--script', 'run.sh', 'a', '--json'], { home: host.home });
    expect(bodyOf(host)).toEqual({ script: '#!/bin/sh\necho hi\n', args: ['a', '--json'], name: 'run.sh', workdir: host.home });
  });

  test('a script may come from standard input', async () => {
    await using host = await FakeHost.start();
    await runWeir(['job', 'submit', '--script', '-'], { home: host.home, input: 'echo piped\n' });
    expect(bodyOf(host)).toEqual({ script: 'echo piped\n', workdir: host.home });
  });
});

describe('waiting', () => {
  test('--wait exits as the job did and says how it ended', async () => {
    await using host = await FakeHost.start();
    const weir = startWeir(['job', 'submit', '--wait', '--', 'false'], { home: host.home });
    await host.called('jobShow');
    host.jobs.start(1);
    host.jobs.end(1, { state: 'failed', exit_code: 3, reason: 'exited with code 3' });
    expect(await weir.ended).toEqual({
      code: 3,
      signal: null,
      stdout: 'job 1 submitted\n',
      stderr: 'job 1 failed after 3.5s: exited with code 3\n',
    });
  });

  test('--wait --json prints the ended job once', async () => {
    await using host = await FakeHost.start();
    const weir = startWeir(['job', 'submit', '--wait', '--json', '--', 'true'], { home: host.home });
    await host.called('jobShow');
    host.jobs.start(1);
    host.jobs.end(1);
    const { stdout, code } = await weir.ended;
    expect(JSON.parse(stdout)).toEqual(host.jobs.get(1));
    expect(code).toBe(0);
  });

  test('--follow passes both outputs through exactly, and every attempt', async () => {
    await using host = await FakeHost.start();
    const weir = startWeir(['job', 'submit', '--follow', '--requeue', '--', 'x'], { home: host.home });
    await host.called('jobShow');
    host.jobs.start(1);
    host.jobs.append(1, 'first\u001b[0m\r\n');
    host.jobs.append(1, 'warning\n', 'stderr');
    await weir.wrote('stdout', 'first');
    await weir.wrote('stderr', 'warning');
    host.jobs.requeue(1);
    host.jobs.start(1);
    host.jobs.append(1, 'second, no newline');
    await weir.wrote('stdout', 'second');
    host.jobs.end(1, { state: 'failed', exit_signal: 9, reason: 'killed by signal 9' });
    const { stdout, stderr, code } = await weir.ended;
    expect(stdout).toBe('first\u001b[0m\r\nsecond, no newline');
    expect(stderr).toBe('job 1 submitted\nwarning\njob 1 failed after 3.5s: killed by signal 9\n');
    expect(code).toBe(137);
  });

  test('Ctrl-C leaves the job alone and says how to cancel it', async () => {
    await using host = await FakeHost.start();
    const weir = startWeir(['job', 'submit', '--wait', '--', 'sleep', '9'], { home: host.home });
    await host.called('jobShow');
    weir.kill('SIGINT');
    const { code, stderr } = await weir.ended;
    expect([code, stderr]).toEqual([130, 'job 1 goes on; cancel it with: weir job cancel 1\n']);
    expect(host.calls.some((call) => call.id === 'jobCancel')).toBe(false);
  });

  test('--follow of a job on several nodes says that it shows rank 0, and how to see another one', async () => {
    await using host = await FakeHost.start();
    const weir = startWeir(['job', 'submit', '--follow', '--nodes', '2', '--', 'x'], { home: host.home });
    await host.called('jobShow');
    host.jobs.start(1);
    host.jobs.append(1, 'zero');
    await weir.wrote('stdout', 'zero');
    host.jobs.end(1);
    expect((await weir.ended).stderr).toContain('rank 0 of 2; another one: weir job logs 1 --rank 1\n');
  });

  test('--follow and --json exclude each other before anything is submitted', async () => {
    await using host = await FakeHost.start();
    const { code } = await runWeir(['job', 'submit', '--follow', '--json', '--', 'x'], { home: host.home });
    expect([code, bodyOf(host)]).toEqual([64, undefined]);
  });
});
