import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job, JobList } from '@weir/contract';
import { listJobProcesses } from './support/job-processes.ts';
import { waitFor } from './support/wait.ts';
import { WeirHome } from './support/weir-home.ts';

let home: WeirHome;
let scratch = '';

beforeAll(async () => {
  process.env['SECRET_OF_THE_SERVICE'] = 'must-not-leak';
  home = await WeirHome.start();
  scratch = mkdtempSync(join(tmpdir(), 'weir-e2e-scratch-'));
});

afterAll(async () => {
  delete process.env['SECRET_OF_THE_SERVICE'];
  await home.destroy();
  rmSync(scratch, { recursive: true });
});

const submit = (...args: string[]) => home.json<Job>(['job', 'submit', ...args]);
const show = (id: number) => home.json<Job>(['job', 'show', String(id)]);

async function runToEnd(args: readonly string[]): Promise<Job> {
  const client = home.client();
  const job = JSON.parse(await home.must(['job', 'submit', '--json', ...args])) as Job;
  return waitFor(`end of job ${job.job_id}`, async () => {
    const now = await client.jobShow({ params: { job_id: job.job_id }, query: { wait_ms: 20_000 } });
    return now.ended_at === null ? undefined : now;
  });
}

test('a first job runs, its output is kept and its exit code is the command line’s', async () => {
  const end = await home.weir(['job', 'submit', '--wait', '--follow', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
  expect(end.code).toBe(7);
  expect(end.stdout).toContain('out\n');
  const [job] = (await home.json<JobList>(['job', 'list', '--limit', '1'])).jobs;
  expect(job).toMatchObject({ state: 'failed', exit_code: 7, exit_signal: null, reason: 'exited with code 7' });
  expect(await home.must(['job', 'logs', String(job?.job_id), '--stderr'])).toBe('err\n');
});

test.each([
  [['--', 'true'], { state: 'completed', exit_code: 0, exit_signal: null }],
  [['--', 'sh', '-c', 'exit 137'], { state: 'failed', exit_code: 137, exit_signal: null }],
  [['--', 'sh', '-c', 'kill -9 $$'], { state: 'failed', exit_code: null, exit_signal: 9 }],
  [['--', '/no/such/program'], { state: 'failed', exit_code: null }],
  [['--workdir', '/no/such/folder', '--', 'true'], { state: 'failed', exit_code: null }],
  [['--time-limit', '300ms', '--', 'sleep', '60'], { state: 'timed_out', reason: 'ran into its time limit' }],
  [['--memory', '64M', '--', 'perl', '-e', '$x = "a" x 300_000_000; sleep 30'], { state: 'oom_killed' }],
])('%j ends as %j', async (args, expected) => {
  expect(await runToEnd(args)).toMatchObject(expected);
});

test('a script runs by its first line, with its arguments', async () => {
  const script = join(scratch, 'hello.pl');
  writeFileSync(script, '#!/usr/bin/perl\nprint "hello $ARGV[0]\\n";\n');
  const job = await runToEnd(['--script', script, 'weir {x} $HOME']);
  expect(await home.must(['job', 'logs', String(job.job_id)])).toBe('hello weir {x} $HOME\n');
});

test('nothing of the service’s environment reaches a job, what was asked for does', async () => {
  const job = await runToEnd(['--env', 'MINE=yes', '--', 'env']);
  const output = await home.must(['job', 'logs', String(job.job_id)]);
  expect(output).toContain('MINE=yes\n');
  expect(output).toContain(`WEIR_JOB_ID=${job.job_id}\n`);
  expect(output).not.toContain('must-not-leak');
  expect(output).not.toContain('WEIR_NODE_TOKEN');
});

test('cancel ends the whole tree, TERM-immune and double-forked children too', async () => {
  const tree = `trap '' TERM; (trap '' TERM; setsid sh -c "trap '' TERM; sleep 600 & wait" &) ; sleep 600 & wait`;
  const job = await submit('--grace', '200ms', '--', 'sh', '-c', tree);
  await waitFor('three sleeping processes', () =>
    listJobProcesses(job.job_id).filter(({ command }) => command.startsWith('sleep')).length >= 2 ? true : undefined,
  );
  await home.must(['job', 'cancel', String(job.job_id)]);
  await waitFor('its end', async () => ((await show(job.job_id)).state === 'cancelled' ? true : undefined));
  expect(listJobProcesses(job.job_id)).toEqual([]);
  expect(await home.json<Job[] | Job>(['job', 'cancel', String(job.job_id)])).toBeTruthy();
  expect((await show(job.job_id)).state).toBe('cancelled');
});

test('a paused job stands still and goes on when resumed', async () => {
  const file = join(scratch, 'ticks');
  const job = await submit('--', 'sh', '-c', `while :; do echo x >> ${file}; sleep 0.02; done`);
  await waitFor('a first tick', () => existsSync(file) || undefined);
  expect(await home.json(['job', 'pause', String(job.job_id)])).toMatchObject({ state: 'paused' });
  const before = readFileSync(file).length;
  await home.must(['node', 'list']); // some time passes
  expect(readFileSync(file)).toHaveLength(before);
  expect(await home.json(['job', 'resume', String(job.job_id)])).toMatchObject({ state: 'running' });
  await waitFor('another tick', () => readFileSync(file).length > before || undefined);
  await home.must(['job', 'cancel', String(job.job_id)]);
});

test.each([['runner'], ['host'], ['host and runner']] as const)(
  'a job survives kill -9 of the %s and its true result is recorded',
  async (which) => {
    const door = join(scratch, `door-${which.replaceAll(' ', '-')}`);
    const job = await submit('--', 'sh', '-c', `echo begun; while [ ! -e ${door} ]; do sleep 0.05; done; echo done; exit 3`);
    await waitFor('its start', async () => ((await show(job.job_id)).state === 'running' ? true : undefined));
    const names = which.split(' and ') as ('host' | 'runner')[];
    const killed = names.map((name) => [name, home.kill(name)] as const);
    writeFileSync(door, '');
    for (const [name, identity] of killed) await waitFor(`a new ${name}`, () => restarted(name, identity.pid));
    const ended = await waitFor('its end', async () => {
      const end = await home.weir(['job', 'show', String(job.job_id), '--json']);
      const now = end.code === 0 ? (JSON.parse(end.stdout) as Job) : undefined;
      return now === undefined || now.ended_at === null ? undefined : now;
    });
    expect(ended).toMatchObject({ state: 'failed', exit_code: 3, attempt: 1 });
    expect(await home.must(['job', 'logs', String(job.job_id)])).toBe('begun\ndone\n');
  },
);

function restarted(name: 'host' | 'runner', oldPid: number): true | undefined {
  try {
    return home.identityOf(name).pid !== oldPid || undefined;
  } catch {
    return undefined; // the file is being written
  }
}

test('weir down leaves a running job to its shim, and the next weir up records its result', async () => {
  const door = join(scratch, 'door-down');
  const job = await submit('--', 'sh', '-c', `while [ ! -e ${door} ]; do sleep 0.05; done; exit 5`);
  await waitFor('its start', async () => ((await show(job.job_id)).state === 'running' ? true : undefined));
  await home.must(['down']);
  expect(listJobProcesses(job.job_id)).not.toEqual([]);
  writeFileSync(door, '');
  await home.up();
  await waitFor('its end', async () => ((await show(job.job_id)).exit_code === 5 ? true : undefined));
});

test('allocated CPUs never exceed the node’s while more jobs wait than fit', async () => {
  const client = home.client();
  const { nodes } = await client.nodeList();
  const jobs = await Promise.all(Array.from({ length: 12 }, () => client.jobCreate({ body: { command: ['sleep', '0.1'] } })));
  let most = 0;
  await waitFor('all to end', async () => {
    const [node] = (await client.nodeList()).nodes;
    most = Math.max(most, node?.cpus_allocated ?? 0);
    const states = await Promise.all(jobs.map(async ({ job_id }) => (await client.jobShow({ params: { job_id } })).state));
    return states.every((state) => state === 'completed') || undefined;
  });
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(nodes[0]?.cpus ?? 0);
  expect((await client.nodeList()).nodes[0]?.cpus_allocated).toBe(0);
});
