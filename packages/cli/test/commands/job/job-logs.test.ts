import { describe, expect, test } from 'vitest';
import { FakeHost } from '../../fake-host/fake-host.ts';
import { runWeir, startWeir } from '../../run-weir.ts';

describe('without --follow', () => {
  test('the whole log is printed, whatever size the pieces have', async () => {
    await using host = await FakeHost.start();
    host.jobs.add();
    host.jobs.start(1);
    host.jobs.append(1, 'ä1\n2\n3');
    host.jobs.pieceBytes = 1;
    const { stdout, stderr, code } = await runWeir(['job', 'logs', '1'], { home: host.home });
    expect([stdout, stderr, code]).toEqual(['ä1\n2\n3', '', 0]);
  });

  test('--tail begins with the last lines, --stderr shows the other stream', async () => {
    await using host = await FakeHost.start();
    host.jobs.add();
    host.jobs.start(1);
    host.jobs.append(1, '1\n2\n3\n', 'stderr');
    expect((await runWeir(['job', 'logs', '1', '--tail', '2', '--stderr'], { home: host.home })).stdout).toBe('2\n3\n');
  });

  test('an earlier attempt can be named', async () => {
    await using host = await FakeHost.start();
    host.jobs.add();
    host.jobs.start(1);
    host.jobs.append(1, 'lost one');
    host.jobs.requeue(1);
    host.jobs.start(1);
    expect((await runWeir(['job', 'logs', '1', '--attempt', '1'], { home: host.home })).stdout).toBe('lost one');
  });

  test('a job that has not started says so', async () => {
    await using host = await FakeHost.start();
    host.jobs.add({ reason: 'waits for 4 free cores' });
    const { stdout, stderr, code } = await runWeir(['job', 'logs', '1'], { home: host.home });
    expect([stdout, stderr, code]).toEqual(['', 'job 1 has no output: it is pending (waits for 4 free cores)\n', 0]);
  });

  test('a job that does not exist is refused', async () => {
    await using host = await FakeHost.start();
    const { stderr, code } = await runWeir(['job', 'logs', '5'], { home: host.home });
    expect([stderr, code]).toEqual(['weir: there is no job 5\n', 66]);
  });

  test('a node that is away is an error at once', async () => {
    await using host = await FakeHost.start();
    host.jobs.add();
    host.jobs.start(1);
    host.jobs.nodeIsAway = true;
    expect((await runWeir(['job', 'logs', '1'], { home: host.home })).code).toBe(69);
  });
});

describe('of a job on several nodes', () => {
  const member = { cpus: 1, cpu_ids: [], numa: null, memory_bytes: 0, gpu_ids: [], released: true, exit_code: 0, exit_signal: null };
  const gang = {
    nodes: 3,
    members: ['a', 'b', 'c'].map((node, rank) => ({ rank, node, ...member, reason: null })),
  };

  test('rank 0 is shown, and on standard error how to see another one; --rank shows it', async () => {
    await using host = await FakeHost.start();
    host.jobs.add(gang);
    host.jobs.start(1);
    host.jobs.append(1, 'zero\n');
    host.jobs.append(1, 'two\n', 'stderr.2');
    const first = await runWeir(['job', 'logs', '1'], { home: host.home });
    expect([first.stdout, first.stderr]).toEqual(['zero\n', 'rank 0 of 3, on a; another one: weir job logs 1 --rank 1\n']);
    const last = await runWeir(['job', 'logs', '1', '--rank', '2', '--stderr'], { home: host.home });
    expect([last.stdout, last.stderr]).toEqual(['two\n', 'rank 2 of 3, on c; another one: weir job logs 1 --rank 0 --stderr\n']);
  });

  test('the rank that failed is named, and followed to its end', async () => {
    await using host = await FakeHost.start();
    host.jobs.add({ ...gang, failed_rank: 2 });
    host.jobs.start(1);
    host.jobs.append(1, 'boom\n', 'stdout.2');
    host.jobs.end(1, { state: 'failed', exit_code: 9 });
    const first = await runWeir(['job', 'logs', '1'], { home: host.home });
    expect(first.stderr).toBe('rank 0 of 3, on a; rank 2 failed: weir job logs 1 --rank 2\n');
    expect((await runWeir(['job', 'logs', '1', '--rank', '2', '--follow'], { home: host.home })).stdout).toBe('boom\n');
  });
});

describe('with --follow', () => {
  test('it waits for the start and goes on to the end', async () => {
    await using host = await FakeHost.start();
    host.jobs.add();
    const weir = startWeir(['job', 'logs', '1', '--follow'], { home: host.home });
    await host.called('jobShow');
    host.jobs.start(1);
    host.jobs.append(1, 'one\n');
    await weir.wrote('stdout', 'one');
    host.jobs.append(1, 'two\n');
    host.jobs.end(1);
    expect(await weir.ended).toEqual({ code: 0, signal: null, stdout: 'one\ntwo\n', stderr: '' });
  });

  test('a host that dies and returns costs no byte and doubles none', async () => {
    await using host = await FakeHost.start();
    host.jobs.add();
    host.jobs.start(1);
    host.jobs.pieceBytes = 7;
    host.jobs.append(1, 'before the crash\n');
    const weir = startWeir(['job', 'logs', '1', '--follow'], { home: host.home });
    await weir.wrote('stdout', 'before the crash\n');
    await host.die();
    host.jobs.append(1, 'while it was away\n');
    await weir.wrote('stderr', 'trying again');
    await host.listen();
    await weir.wrote('stderr', 'back again');
    host.jobs.append(1, 'after it\n');
    host.jobs.end(1);
    expect((await weir.ended).stdout).toBe('before the crash\nwhile it was away\nafter it\n');
  });

  test('a node that comes back is waited for', async () => {
    await using host = await FakeHost.start();
    host.jobs.add();
    host.jobs.start(1);
    host.jobs.append(1, 'one\n');
    const weir = startWeir(['job', 'logs', '1', '--follow'], { home: host.home });
    await weir.wrote('stdout', 'one');
    host.jobs.nodeIsAway = true;
    host.jobs.append(1, 'two\n');
    await weir.wrote('stderr', 'node-1 is not connected; trying again');
    host.jobs.nodeIsAway = false;
    await weir.wrote('stdout', 'two');
    host.jobs.end(1);
    expect((await weir.ended).stdout).toBe('one\ntwo\n');
  });

  test('a node that is gone for good is not waited for', async () => {
    await using host = await FakeHost.start();
    host.jobs.add();
    host.jobs.start(1);
    host.jobs.append(1, 'one\n');
    const weir = startWeir(['job', 'logs', '1', '--follow'], { home: host.home });
    await weir.wrote('stdout', 'one');
    host.jobs.nodeIsAway = true;
    host.jobs.end(1, { state: 'lost' });
    const { code, stderr } = await weir.ended;
    expect(code).toBe(69);
    expect(stderr).toContain('node-1 is not connected');
  });

  test('a host that never answered is not waited for', async () => {
    await using host = await FakeHost.start();
    await host.die();
    const { code, stderr } = await runWeir(['job', 'logs', '1', '--follow'], { home: host.home });
    expect([code, stderr]).toEqual([69, `weir: no host answers at ${host.url}: start one with "weir up", or name another with --host\n`]);
  });
});
