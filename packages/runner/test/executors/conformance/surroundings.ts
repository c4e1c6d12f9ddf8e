import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { outputFile } from '../../../src/node-folders.ts';
import { type ExecutorBench } from '../executor-bench.ts';

export function describeSurroundings(bench: () => ExecutorBench): void {
  test('standard input is at its end, output goes to the two files', async () => {
    const id = bench().shell(1, 'cat; echo out; echo err >&2');
    await bench().ended(id);
    expect([bench().output(id), bench().output(id, 'stderr')]).toEqual(['out\n', 'err\n']);
  });

  test('arguments arrive byte for byte', async () => {
    const id = { jobId: 1, attempt: 1 };
    const odd = ['', ' ', 'a b', '*', '$HOME', '`id`', '"\'\\', 'line\nbreak', 'ünï-çödé-🦦', '\u0001\u007f', '--', '-n', '%s'];
    bench().order(id, { kind: 'command', argv: ['/usr/bin/printf', '%s\\001', ...odd] });
    await bench().ended(id);
    expect(bench().output(id)).toBe(odd.map((argument) => `${argument}\u0001`).join(''));
  });

  test('it stands in the directory that was asked for, or in a private one', async () => {
    const workdir = join(bench().home, 'a place ü');
    mkdirSync(workdir);
    const asked = bench().shell(1, 'pwd', { workdir });
    const own = bench().shell(2, 'pwd; echo x > file');
    await Promise.all([bench().ended(asked), bench().ended(own)]);
    expect(bench().output(asked)).toBe(`${workdir}\n`);
    expect(bench().output(own)).toBe(`${bench().folders.jobs}/2/work\n`);
  });

  test('its environment is the base, its own variables and ours, and nothing else', async () => {
    const id = { jobId: 7, attempt: 2 };
    bench().order(
      id,
      { kind: 'command', argv: ['env', '-0'] },
      { env: { MINE: 'a=b\nc ü', EMPTY: '' }, gpuIds: [1, 3], cpus: 4, name: 'my job' },
    );
    await bench().ended(id);
    const variables = readVariables(bench().output(id));
    expect(variables).toMatchObject({
      MINE: 'a=b\nc ü',
      EMPTY: '',
      WEIR_JOB_ID: '7',
      WEIR_ATTEMPT: '2',
      WEIR_JOB_NAME: 'my job',
      WEIR_CPUS: '4',
      WEIR_GPUS: '1,3',
      CUDA_VISIBLE_DEVICES: '1,3',
      WEIR_NODES: 'node',
      WEIR_NNODES: '1',
      WEIR_NODE_RANK: '0',
      WEIR_TASKS_PER_NODE: '1',
      WEIR_CPUS_PER_TASK: '1',
      HAKURIVER_TASK_ID: '7',
      HAKURIVER_LOCAL_TEMP_DIR: '/tmp',
      HAKURIVER_SHARED_DIR: '/mnt/shared',
    });
    const ours = /^WEIR_(JOB_ID|JOB_NAME|JOB_DIR|ATTEMPT|NODE|CPUS|GPUS|NODES|NNODES|NODE_RANK|TASKS_PER_NODE|CPUS_PER_TASK)$/;
    const others =
      /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|TMPDIR|MINE|EMPTY|CUDA_VISIBLE_DEVICES|HAKURIVER_(TASK_ID|LOCAL_TEMP_DIR|SHARED_DIR))$/;
    const allowed = new RegExp(`${ours.source}|${others.source}`);
    expect(Object.keys(variables).filter((name) => !allowed.test(name))).toEqual([]);
  });

  test('a part of a gang finds its rank and where to meet, as torchrun reads it; a port of its own choice stands', async () => {
    const nodes = [
      { name: 'gpu-1', address: '10.0.0.1' },
      { name: 'gpu-2', address: '' },
    ];
    const gang = { rank: 1, nodes, masterPort: 29_501, tasksPerNode: 4, cpusPerTask: 2 };
    const program = { kind: 'command' as const, argv: ['env', '-0'] };
    bench().order({ jobId: 1, attempt: 1 }, program, { gang, gpuIds: [0, 1] });
    bench().order({ jobId: 2, attempt: 1 }, program, { gang, env: { MASTER_PORT: '4000' } });
    await Promise.all([bench().ended({ jobId: 1, attempt: 1 }), bench().ended({ jobId: 2, attempt: 1 })]);
    expect(readVariables(bench().output({ jobId: 1, attempt: 1 }))).toMatchObject({
      WEIR_NODES: 'gpu-1,gpu-2',
      WEIR_NNODES: '2',
      WEIR_NODE_RANK: '1',
      WEIR_TASKS_PER_NODE: '4',
      WEIR_CPUS_PER_TASK: '2',
      MASTER_ADDR: '10.0.0.1',
      MASTER_PORT: '29501',
      PET_NNODES: '2',
      PET_NODE_RANK: '1',
      PET_MASTER_ADDR: '10.0.0.1',
      PET_MASTER_PORT: '29501',
      PET_NPROC_PER_NODE: '2',
    });
    expect(readVariables(bench().output({ jobId: 2, attempt: 1 }))).toMatchObject({ MASTER_PORT: '4000', PET_NPROC_PER_NODE: '4' });
  });

  test('a task of an array finds its place in it, a job bound to a NUMA node which', async () => {
    const id = bench().shell(12, 'echo $WEIR_ARRAY_ID $WEIR_ARRAY_INDEX $HAKURIVER_TARGET_NUMA_NODE', {
      array: { id: 9, index: 0 },
      numa: 0,
    });
    await bench().ended(id);
    expect(bench().output(id)).toBe('9 0 0\n');
  });

  test('it leaves no core file unless it asks to', async () => {
    const id = bench().shell(1, 'ulimit -c');
    await bench().ended(id);
    expect(bench().output(id)).toBe('0\n');
  });

  test('no GPU allocated means no GPU visible', async () => {
    const id = bench().shell(1, 'echo "[${CUDA_VISIBLE_DEVICES-unset}]"', { env: { CUDA_VISIBLE_DEVICES: '0' } });
    await bench().ended(id);
    expect(bench().output(id)).toBe('[]\n');
  });

  test('it starts with no signal blocked or ignored, no open file but three, and a usual umask', async () => {
    const id = bench().shell(
      1,
      'grep -E "Sig(Blk|Ign)" /proc/self/status; for n in 3 4 5 6 7 8 9; do [ ! -e /proc/$$/fd/$n ] || echo open $n; done; umask',
    );
    await bench().ended(id);
    expect(bench().output(id)).toBe('SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n0022\n');
  });

  test('a script runs by its first line, else by the shell, with its arguments', async () => {
    const [perl, shell] = [
      { jobId: 1, attempt: 1 },
      { jobId: 2, attempt: 1 },
    ];
    bench().order(perl, { kind: 'script', text: '#!/usr/bin/env perl\nprint "perl @ARGV\\n";', args: ['a', 'b c'] });
    bench().order(shell, { kind: 'script', text: 'echo "sh $# $1"', args: ['x y', 'z'] });
    await Promise.all([bench().ended(perl), bench().ended(shell)]);
    expect([bench().output(perl), bench().output(shell)]).toEqual(['perl a b c\n', 'sh 2 x y\n']);
  });

  test('200 MB of output are kept to the last byte', async () => {
    const id = bench().shell(1, 'head -c 200000000 /dev/zero');
    expect((await bench().ended(id)).outcome).toEqual({ kind: 'exited', code: 0 });
    expect(statSync(outputFile(bench().folders, id, 'stdout')).size).toBe(200_000_000);
  });
}

/** Variables by name from the output of `env -0`. */
function readVariables(output: string): Record<string, string> {
  const lines = output.split('\0').filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}
