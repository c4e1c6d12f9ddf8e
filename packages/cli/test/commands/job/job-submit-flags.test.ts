import { BatchCreate, JobCreate } from '@weir/contract';
import { CHECKPOINT_SIGNALS, EXECUTOR_KINDS, JOB_CLASSES, STRATEGIES } from '@weir/contract';
import { expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import * as choices from '../../../src/jobs/request/choices.ts';
import { JOB_FLAGS } from '../../../src/jobs/request/job-flags.ts';
import { FakeHost } from '../../fake-host/fake-host.ts';
import { runWeir } from '../../run-weir.ts';

const GIB = 1024 ** 3;
const bodyOf = (host: FakeHost) => host.calls.find((call) => call.id === 'jobCreate')?.body;

/** Each option, as it is typed, and what the request holds then. */
const EXAMPLES: Readonly<Record<string, readonly [string, Partial<JobCreate>]>> = {
  '--cores': ['4', { cpus: 4 }],
  '--cpus': ['0', { cpus: 0 }],
  '--memory': ['2G', { memory_bytes: 2 * GIB }],
  '--gpus': ['a100:2', { gpus: 2, gpu_type: 'a100' }],
  '--gpu-memory': ['40G', { gpu_memory_bytes: 40 * GIB }],
  '--target': ['node-1:0::0,1', { target: { node: 'node-1', numa: 0, gpu_ids: [0, 1] } }],
  '--labels': ['rack=2,gpu=a100', { labels: { rack: '2', gpu: 'a100' } }],
  '--partition': ['debug', { partition: 'debug' }],
  '--exclusive': ['', { exclusive: true }],
  '--no-exclusive': ['', { exclusive: false }],
  '--nodes': ['2', { nodes: 2 }],
  '--ntasks-per-node': ['8', { ntasks_per_node: 8 }],
  '--cpus-per-task': ['3', { cpus_per_task: 3 }],
  '--strategy': ['spread', { strategy: 'spread' }],
  '--time-limit': ['1h30m', { time_limit_ms: 5_400_000 }],
  '--begin': ['2026-12-31T16:00:00Z', { begin_at: '2026-12-31T16:00:00.000Z' }],
  '--depends': [
    'afterok:1,2',
    {
      depends: [
        { kind: 'afterok', job_id: 1 },
        { kind: 'afterok', job_id: 2 },
      ],
    },
  ],
  '--array': ['1-10%2', { array: '1-10%2' }],
  '--priority': ['-5', { priority: -5 }],
  '--class': ['scavenger', { class: 'scavenger' }],
  '--account': ['vision', { account: 'vision' }],
  '--requeue': ['', { requeue: true }],
  '--no-requeue': ['', { requeue: false }],
  '--hold': ['', { hold: true }],
  '--no-hold': ['', { hold: false }],
  '--name': ['n', { name: 'n' }],
  '--comment': ['c', { comment: 'c' }],
  '--env': ['A=1', { env: { A: '1' } }],
  '--workdir': ['/data', { workdir: '/data' }],
  '--stdout': ['out-%j.txt', { stdout: 'out-%j.txt' }],
  '--stderr': ['err-%j.txt', { stderr: 'err-%j.txt' }],
  '--grace': ['0', { grace_ms: 0 }],
  '--checkpoint-signal': ['SIGUSR1', { checkpoint_signal: 'USR1' }],
  '--executor': ['systemd', { executor: 'systemd' }],
  '--container': ['NULL', { executor: 'systemd' }],
};

const nameOf = (flags: string) => flags.split(' ')[0] ?? '';

test('every option has an example here', () => {
  expect(JOB_FLAGS.map((flag) => nameOf(flag.flags)).sort()).toEqual(Object.keys(EXAMPLES).sort());
});

test('every field of the request has an option, but those that the command itself fills', () => {
  const said = new Set(Object.values(EXAMPLES).flatMap(([, fields]) => Object.keys(fields)));
  const byCommand = ['command', 'script', 'args'];
  expect([...said, ...byCommand].sort()).toEqual(Object.keys(JobCreate.properties).sort());
  expect(Object.keys(BatchCreate.properties).sort()).toEqual(['commands', 'job', 'targets']);
});

test.each(JOB_FLAGS.map((flag) => ({ flag, name: nameOf(flag.flags) })))('$name says what its example says', ({ flag, name }) => {
  const [text, fields] = EXAMPLES[name]!;
  const { targets, ...rest } = flag.read(text, readConfig({ HOME: '/' }));
  expect(targets === undefined ? rest : { ...rest, target: targets[0] }).toEqual(fields);
});

test('the words that options take are those of the contract', () => {
  expect(choices.STRATEGIES).toEqual(STRATEGIES);
  expect(choices.CLASSES).toEqual(JOB_CLASSES);
  expect(choices.EXECUTORS).toEqual(EXECUTOR_KINDS);
  expect(choices.CHECKPOINT_SIGNALS).toEqual(CHECKPOINT_SIGNALS);
});

test('all options together become one request that the host takes', async () => {
  await using host = await FakeHost.start();
  const skipped = ['--cpus', '--container', '--no-exclusive', '--no-requeue', '--no-hold'];
  const words = Object.entries(EXAMPLES).flatMap(([name, [text]]) => (skipped.includes(name) ? [] : text === '' ? [name] : [name, text]));
  const { stderr } = await runWeir(['job', 'submit', ...words, '--', 'x'], { home: host.home });
  const wanted = Object.assign({}, ...Object.entries(EXAMPLES).map(([name, [, fields]]) => (skipped.includes(name) ? {} : fields)));
  expect([bodyOf(host), stderr]).toEqual([{ command: ['x'], ...wanted }, 'see its tasks with: weir job list --array 1\n']);
});

test('lists may be given in parts', async () => {
  await using host = await FakeHost.start();
  const args = 'job submit --env A=1 --env MINE --labels a=1 --labels b=2,c=3 --depends afterok:1 --depends afterany:2,3';
  await runWeir([...args.split(' '), '--', 'x'], { home: host.home, env: { MINE: 'm' } });
  expect(bodyOf(host)).toEqual({
    command: ['x'],
    env: { A: '1', MINE: 'm' },
    labels: { a: '1', b: '2', c: '3' },
    depends: [
      { kind: 'afterok', job_id: 1 },
      { kind: 'afterany', job_id: 2 },
      { kind: 'afterany', job_id: 3 },
    ],
    workdir: host.home,
  });
});

test.each([
  [['--gpus', 'a100:many'], `--gpus is "a100:many": use a number up to 1024, or a part of the GPU's name and a number: a100:2`],
  [['--target', 'node-1:x'], '"node-1:x" is not a target: use NODE, NODE:NUMA, NODE::GPU,GPU or NODE:NUMA::GPU,GPU'],
  [['--class', 'vip'], '--class is "vip": use scavenger, normal, urgent'],
  [['--executor', 'docker'], '--executor is "docker": use process, systemd'],
  [['--container', 'ubuntu'], '--container is "ubuntu": only NULL (no container, a systemd scope) is there'],
  [
    ['--depends', 'after:1'],
    '--depends: "after:1" is not a dependency: use afterok:12, afterany:12,13 or afternotok:12 with the numbers of jobs',
  ],
])('%j is refused before anything is asked', async (words, message) => {
  await using host = await FakeHost.start();
  const { stderr, code } = await runWeir(['job', 'submit', ...words, '--', 'x'], { home: host.home });
  expect([stderr, code, host.calls.length]).toEqual([`weir: ${message}\n`, 64, 0]);
});

test('the help groups the options and tells their grammar', async () => {
  const { stdout } = await runWeir(['job', 'submit', '--help'], { home: '/nonexistent', cwd: '/' });
  for (const part of ['What it needs:', 'When it runs:', 'How it runs:', 'NODE:NUMA::GPU,GPU', '2-12:00:00', '#SBATCH']) {
    expect(stdout).toContain(part);
  }
  expect(stdout).not.toContain('  --no-requeue');
});
