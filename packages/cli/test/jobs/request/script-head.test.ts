import { expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { readScriptHead } from '../../../src/jobs/request/script-head.ts';
import { splitWords } from '../../../src/jobs/request/shell-words.ts';

const read = (...lines: string[]) =>
  readScriptHead(['#!/bin/bash', ...lines].join('\n'), { name: 's', config: readConfig({ HOME: '/', MINE: 'm' }) });
const slurm = (line: string) => read(`#SBATCH ${line}`);

test.each([
  ['--job-name=a -A b -p c', { name: 'a', account: 'b', partition: 'c' }],
  ['-N 2 --ntasks-per-node=4 -c2', { nodes: 2, ntasks_per_node: 4, cpus_per_task: 2 }],
  ['-n 6 -N 2', { nodes: 2, ntasks_per_node: 3 }],
  ['-n 6', { ntasks_per_node: 6 }],
  ['-n 6 -N 2 --ntasks-per-node=4', { nodes: 2, ntasks_per_node: 4 }],
  ['-N 2-4', { nodes: 2 }],
  ['--mem=4G --exclusive --requeue', { memory_bytes: 4 * 1024 ** 3, exclusive: true, requeue: true }],
  ['-t 10', { time_limit_ms: 600_000 }],
  ['-t 1-02:00', { time_limit_ms: 26 * 3_600_000 }],
  ['-t UNLIMITED', {}],
  ['--gres=gpu:a100:2', { gpus: 2, gpu_type: 'a100' }],
  ['--gres=gpu', { gpus: 1 }],
  ['-G 4', { gpus: 4 }],
  ['--array=1-10%2', { array: '1-10%2' }],
  [
    '-d afterok:1:2',
    {
      depends: [
        { kind: 'afterok', job_id: 1 },
        { kind: 'afterok', job_id: 2 },
      ],
    },
  ],
  ['-o out-%x-%j.txt -e err.txt', { stdout: 'out-%n-%j.txt', stderr: 'err.txt' }],
  ['-D /data --nice=100', { workdir: '/data', priority: -100 }],
  ['-w node-3', { targets: [{ node: 'node-3' }] }],
  ['--export=ALL,A=1,MINE', { env: { A: '1', MINE: 'm' } }],
  ['--comment="two words" # and a remark', { comment: 'two words' }],
])('#SBATCH %s', (line, request) => {
  expect(slurm(line)).toEqual({ request, warnings: [] });
});

test.each([
  ['--qos=high', 's, line 2: --qos of Slurm is left out'],
  ['-w node-[1-3]', 's, line 2: --nodelist of Slurm is left out: Weir takes one node: use --target'],
  ['--gres=license:1', 's, line 2: --gres of Slurm is left out: only GPUs'],
  ['-H', 's, line 2: --hold of Slurm is left out: Weir has no hold until release: use --begin'],
])('#SBATCH %s is told', (line, warning) => expect(slurm(line)).toEqual({ request: {}, warnings: [warning] }));

test('a value of Slurm that we cannot read is refused with its line', () =>
  expect(() => slurm('--mem=lots')).toThrow('s, line 2: "lots" is not an amount of memory'));

test('lines after the first command, and words that only begin alike, are remarks', () => {
  expect(read('#WEIRD --gpus 1', '# WEIR --gpus 1', '', 'true', '#WEIR --gpus 2').request).toEqual({});
});

test('our lines win over those of Slurm, targets and dependencies add up', () => {
  const { request } = read(
    '#WEIR --cpus-per-task 8 --target a --target b',
    '#SBATCH -c 4',
    '#WEIR --depends afterok:1',
    '#WEIR --depends afterok:2',
  );
  expect(request).toEqual({
    cpus_per_task: 8,
    targets: [{ node: 'a' }, { node: 'b' }],
    depends: [
      { kind: 'afterok', job_id: 1 },
      { kind: 'afterok', job_id: 2 },
    ],
  });
});

test.each([
  ['a  b', ['a', 'b']],
  [`--x="a b" 'c d'e\\ f "\\"q\\""`, ['--x=a b', 'c de f', '"q"']],
  ['a#b # c', ['a#b']],
  ['', []],
])('the words of %j', (line, words) => expect(splitWords(line)).toEqual(words));

test('an open quote is refused', () => expect(() => splitWords('--name "a')).toThrow('a quote is not closed in: --name "a'));
