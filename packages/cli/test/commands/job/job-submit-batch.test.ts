import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Batch } from '@weir/contract';
import { describe, expect, test } from 'vitest';
import { FakeHost } from '../../fake-host/fake-host.ts';
import { parseJson, parseLines } from '../../parse-json.ts';
import { runWeir, startWeir } from '../../run-weir.ts';

const callOf = (host: FakeHost, id: string) => host.calls.find((call) => call.id === id);

describe('several targets', () => {
  const args = ['job', 'submit', '--target', 'node-1::0', '--target', 'node-2:1', '--cores', '2'];

  test('are one batch with a job each', async () => {
    await using host = await FakeHost.start();
    const { stdout, stderr, code } = await runWeir([...args, '--', 'x'], { home: host.home });
    expect(callOf(host, 'batchCreate')?.body).toEqual({
      job: { command: ['x'], cpus: 2, workdir: host.home },
      targets: [
        { node: 'node-1', gpu_ids: [0] },
        { node: 'node-2', numa: 1 },
      ],
    });
    expect([stdout, stderr, code]).toEqual([
      'job 1 submitted for node-1::0\njob 2 submitted for node-2:1\n',
      'see them with: weir job list --batch 1\n',
      0,
    ]);
  });

  test('one that is refused is told, the others are queued, and the exit code is that of the refusal', async () => {
    await using host = await FakeHost.start();
    host.jobs.unknownNodes.add('node-2');
    const { stdout, stderr, code } = await runWeir([...args, '--', 'x'], { home: host.home });
    expect([stdout, code]).toEqual(['job 1 submitted for node-1::0\n', 66]);
    expect(stderr).toContain('weir: target node-2:1 is refused: there is no node node-2\n');
  });

  test('--wait waits for all and exits as the first that did not succeed', async () => {
    await using host = await FakeHost.start();
    const weir = startWeir([...args, '--wait', '--json', '--', 'x'], { home: host.home });
    await host.called('jobShow');
    host.jobs.start(1);
    host.jobs.end(1);
    host.jobs.start(2);
    host.jobs.end(2, { state: 'failed', exit_code: 7 });
    const { stdout, code } = await weir.ended;
    expect(parseJson<Batch>(stdout).jobs.map((job) => job.state)).toEqual(['completed', 'failed']);
    expect(code).toBe(7);
  });

  test('--follow is about one job', async () => {
    await using host = await FakeHost.start();
    const { stderr, code } = await runWeir([...args, '--follow', '--', 'x'], { home: host.home });
    expect([stderr, code]).toEqual(['weir: --follow prints the output of one job: use --wait with several targets\n', 64]);
    expect(callOf(host, 'batchCreate')).toBeUndefined();
  });
});

describe('arrays', () => {
  test('are announced with the number of their tasks', async () => {
    await using host = await FakeHost.start();
    const { stdout, stderr } = await runWeir(['job', 'submit', '--array', '1-9:2%2', '--', 'x'], { home: host.home });
    expect([stdout, stderr]).toEqual(['job 1 submitted, an array of 5 tasks\n', 'see its tasks with: weir job list --array 1\n']);
  });

  test('--wait exits with 1 when a task failed', async () => {
    await using host = await FakeHost.start();
    const weir = startWeir(['job', 'submit', '--array', '1-2', '--wait', '--', 'x'], { home: host.home });
    await host.called('jobShow');
    host.jobs.end(1, { state: 'failed', array: { spec: '1-2', parallel: null, tasks: 2, waiting: 0, active: 0, completed: 1, failed: 1 } });
    const { stderr, code } = await weir.ended;
    expect([stderr, code]).toEqual(['job 1 failed: 1 of 2 done, 1 failed\n', 1]);
  });
});

describe('--dry-run', () => {
  test('says where and when it would start and queues nothing', async () => {
    await using host = await FakeHost.start();
    host.jobs.why.set(null, { kind: 'starting_now', reason: 'it starts now', nodes: ['node-1'] });
    const { stdout, code } = await runWeir(['job', 'submit', '--dry-run', '--gpus', '1', '--', 'x'], { home: host.home });
    expect([stdout, code]).toEqual([
      ['dry run: nothing is queued', '  reason     it starts now', '  starts     now', '  priority   0', '  starts on  node-1', ''].join(
        '\n',
      ),
      0,
    ]);
    expect(callOf(host, 'jobDryRun')?.body).toEqual({ command: ['x'], gpus: 1, workdir: host.home });
    expect(callOf(host, 'jobCreate')).toBeUndefined();
  });

  test('of what no node could ever hold says what would help and fails', async () => {
    await using host = await FakeHost.start();
    const changes = [
      { field: 'cpus', from: 64, to: 8, node: 'node-1' },
      { field: 'gpu_type', from: 'h100', to: null, node: null },
      { field: 'memory_bytes', from: null, to: 1024 ** 3, node: null },
    ];
    host.jobs.why.set(null, { kind: 'never_fits', reason: 'no node has 64 cores', changes });
    const { stdout, code } = await runWeir(['job', 'submit', '--dry-run', '--cores', '64', '--', 'x'], { home: host.home });
    expect(stdout).toBe(
      [
        'dry run: nothing is queued',
        '  reason  no node has 64 cores',
        '',
        'It would start now with any of these:',
        '  --cores 8 instead of 64, on node-1',
        '  without --gpu-type (now h100)',
        '  --memory 1.0 GiB',
        '',
      ].join('\n'),
    );
    expect(code).toBe(64);
  });

  test('asks for each of several targets', async () => {
    await using host = await FakeHost.start();
    const { stdout } = await runWeir(['job', 'submit', '--dry-run', '--target', 'a', '--target', 'b', '--json', '--', 'x'], {
      home: host.home,
    });
    expect(parseLines(stdout)).toHaveLength(2);
    expect(host.calls.map((call) => (call.body as { target: unknown }).target)).toEqual([{ node: 'a' }, { node: 'b' }]);
  });
});

describe('scripts that speak', () => {
  test('their lines are defaults, the command line wins, and what is unknown of Slurm is told with its line', async () => {
    await using host = await FakeHost.start();
    const script = [
      '#!/bin/sh',
      '#SBATCH --job-name=train -c 4 --mail-type=END',
      '#SBATCH --time=90',
      '#WEIR --memory 2G --env A=1 --env B=2',
      'echo hi',
      '#WEIR --gpus 8',
    ].join('\n');
    writeFileSync(join(host.home, 'run.sh'), script);
    const { stderr } = await runWeir(['job', 'submit', '--memory', '4G', '--env', 'B=3', '--script', 'run.sh'], { home: host.home });
    expect(callOf(host, 'jobCreate')?.body).toEqual({
      script,
      name: 'train',
      cpus_per_task: 4,
      time_limit_ms: 5_400_000,
      memory_bytes: 4 * 1024 ** 3,
      env: { A: '1', B: '3' },
      workdir: host.home,
    });
    expect(stderr).toBe('weir: run.sh, line 2: --mail-type of Slurm is left out\nfollow it with: weir job logs 1 --follow\n');
  });

  test('a wrong line of ours stops the submit and is named', async () => {
    await using host = await FakeHost.start();
    writeFileSync(join(host.home, 'run.sh'), '#!/bin/sh\n#WEIR --corse 4\n');
    const { stderr, code } = await runWeir(['job', 'submit', '--script', 'run.sh'], { home: host.home });
    expect([stderr, code]).toEqual(['weir: run.sh, line 2: "--corse" is not an option about a job\n', 64]);
    expect(host.calls).toEqual([]);
  });
});
