import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { createClient } from '@weir/contract';
import { startHost } from '../src/host.ts';
import { eventually } from './eventually.ts';
import { FakeRunner, INVENTORY } from './fake-runner.ts';
import { ENGINE_DIR, TestHost } from './test-host.ts';
import { submitBody } from './workflows/submit-body.ts';

const MAIN = resolve(import.meta.dirname, '../src/main.ts');
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function newHost(): Promise<TestHost> {
  const host = await TestHost.start();
  cleanups.push(() => host[Symbol.asyncDispose]());
  return host;
}

describe('a host that starts again on its home', () => {
  test('knows its tokens, jobs and workflows, and its runner goes on', async () => {
    const host = await newHost();
    const runner = await host.runner();
    runner.inventory = { ...INVENTORY, cpus: 16 };
    await runner.connect();
    const [token, nodeToken] = [host.token(), host.token('run/node-token')];
    const job = await host.client().jobCreate({ body: { command: ['true'] } });
    const order = await runner.order(job.job_id);
    const workflow = await host.client().workflowCreate({ body: submitBody() });
    const stage = await eventually(() => runner.received('start').find(({ launch }) => launch.program.kind === 'stage'));
    await host.halt();
    await eventually(() => runner.closed);
    runner.reportRunning(order);
    await host.start();
    expect([host.token(), host.token('run/node-token')]).toEqual([token, nodeToken]);
    const welcome = await runner.connect(host.running.url);
    expect(welcome.attempts.map(({ jobId }) => jobId)).toEqual([job.job_id, stage.jobId]);
    await host.jobIn(job.job_id, 'running');
    runner.reportEnd(order);
    await host.jobIn(job.job_id, 'completed');
    runner.sendEvents(stage, [{ type: 'result', data: { rows: 1 } }], { offset: 0, nextOffset: 9 });
    await eventually(() => runner.received('eventsAck')[0]);
    runner.reportEnd(stage);
    await eventually(async () => (await host.client().workflowShow({ params: { task_id: workflow.task_id } })).current_step === 1);
  });

  test('goes on with a workflow whose stage ended while it was away', async () => {
    const host = await newHost();
    const runner = await host.connectedRunner();
    const workflow = await host.client().workflowCreate({ body: submitBody() });
    const stage = await eventually(() => runner.received('start')[0]);
    await host.halt();
    await host.start();
    await runner.connect(host.running.url);
    runner.reportEnd(stage, { kind: 'exited', code: 1 });
    const summary = await host.client().workflowSummary({ params: { task_id: workflow.task_id }, query: { wait_ms: 20_000 } });
    expect(summary).toMatchObject({ state: 'failed' });
  });

  test('ends a waiting call when it stops', async () => {
    const host = await newHost();
    const job = await host.client().jobCreate({ body: { command: ['true'] } });
    const waiting = host.client().jobShow({ params: { job_id: job.job_id }, query: { wait_ms: 60_000 } });
    const ended = expect(waiting).rejects.toMatchObject({ code: 'host_unreachable' });
    await eventually(() => host.running.services.hub.listenerCount === 1);
    await host.halt();
    await ended;
  });
});

describe('two hosts on one home', () => {
  test('the second is refused with where the first one is, and the first is not disturbed', async () => {
    const host = await newHost();
    const { port } = new URL(host.running.url);
    await expect(startHost(host.config, host.logger())).rejects.toMatchObject({
      code: 'state_conflict',
      message: expect.stringMatching(new RegExp(`another host runs on ${host.home} .*${port}`)) as string,
    });
    expect(await host.client().healthShow()).toMatchObject({ status: 'healthy' });
    expect(existsSync(join(host.home, 'run', 'host.json'))).toBe(true);
  });

  test('of two that start together one runs', async () => {
    const host = new TestHost();
    cleanups.push(() => host[Symbol.asyncDispose]());
    const started = await Promise.allSettled([startHost(host.config, host.logger()), startHost(host.config, host.logger())]);
    const running = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(running).toHaveLength(1);
    await running[0]!.stop();
    await host.start();
  });

  test('a port that is taken is named, and the home is free again', async () => {
    const other = await newHost();
    const host = new TestHost({ port: Number(new URL(other.running.url).port) });
    cleanups.push(() => host[Symbol.asyncDispose]());
    await expect(host.start()).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('another program listens there') as string,
    });
    const again = await startHost({ ...host.config, port: 0 }, host.logger());
    await again.stop();
  });
});

describe('the process', () => {
  function environment(home: string) {
    return {
      ...process.env,
      WEIR_HOME: home,
      WEIR_PORT: '0',
      WEIR_NODE_NAME: 'here',
      WEIR_ENGINE_DIR: ENGINE_DIR,
      WEIR_LOG_LEVEL: 'fatal',
    };
  }

  async function spawnHost(home: string): Promise<{ child: ChildProcess; url: string }> {
    const child = spawn(process.execPath, [MAIN], { env: environment(home), stdio: ['ignore', 'ignore', 'inherit'] });
    cleanups.push(async () => child.exitCode ?? child.signalCode ?? (child.kill('SIGKILL') && once(child, 'exit')));
    const runFile = join(home, 'run', 'host.json');
    const found = await eventually(() => {
      if (!existsSync(runFile)) return undefined;
      const { pid, url } = JSON.parse(readFileSync(runFile, 'utf8')) as { pid: number; url: string };
      return pid === child.pid && { url };
    });
    return { child, ...found };
  }

  function newHome(): string {
    const home = mkdtempSync(join(tmpdir(), 'weir-process-'));
    cleanups.push(async () => rmSync(home, { recursive: true }));
    return home;
  }

  test('killed in the middle of submits has lost none that it answered, and its successor runs them once', async () => {
    const home = newHome();
    const { child, url } = await spawnHost(home);
    const { token } = JSON.parse(readFileSync(join(home, 'credential'), 'utf8')) as { token: string };
    const nodeToken = (JSON.parse(readFileSync(join(home, 'run/node-token'), 'utf8')) as { token: string }).token;
    const runner = new FakeRunner({ url, node: 'here', token: nodeToken });
    cleanups.push(() => runner.disconnect());
    runner.onStart = (order) => {
      runner.reportRunning(order);
      runner.reportEnd(order);
    };
    await runner.connect();
    const answered: number[] = [];
    const submitting = Array.from({ length: 5 }, async () => {
      for (;;) answered.push((await createClient({ url, token }).jobCreate({ body: { command: ['true'] } })).job_id);
    });
    await eventually(() => answered.length > 100);
    child.kill('SIGKILL');
    await Promise.allSettled(submitting);
    const next = await spawnHost(home);
    const client = createClient({ url: next.url, token });
    const mine = runner.attempts.size;
    const welcome = await runner.connect(next.url);
    expect(welcome.attempts.length).toBeLessThanOrEqual(mine);
    for (const report of runner.attempts.values()) if (report.kind === 'ended') runner.send({ type: 'report', report });
    await eventually(
      async () =>
        (await client.jobList({ query: { state: 'completed', limit: 1 } })).total === (await client.jobList({ query: { limit: 1 } })).total,
    );
    for (const id of answered) expect(await client.jobShow({ params: { job_id: id } })).toMatchObject({ state: 'completed', attempt: 1 });
    expect((await client.nodeShow({ params: { name: 'here' } })).cpus_allocated).toBe(0);
  });

  test('killed again and again under load runs each job once, on several nodes, and gives back all that it held', async () => {
    const JOBS = 90;
    const home = newHome();
    let current = await spawnHost(home);
    const { token } = JSON.parse(readFileSync(join(home, 'credential'), 'utf8')) as { token: string };
    const client = () => createClient({ url: current.url, token });
    const { secret } = await client().tokenCreate({ body: { kind: 'join', uses: null } });
    const started = new Map<number, number>();
    const runners: FakeRunner[] = [];
    for (const node of ['a', 'b', 'c']) {
      const joined = await client().nodeJoin({ body: { name: node, token: secret } });
      const runner = new FakeRunner({ url: current.url, node, token: joined.secret });
      cleanups.push(() => runner.disconnect());
      runner.onStart = (order) => {
        started.set(order.jobId, (started.get(order.jobId) ?? 0) + 1);
        runner.reportRunning(order);
        setTimeout(() => runner.reportEnd(order), order.jobId % 30);
      };
      await runner.connect(current.url);
      runners.push(runner);
    }
    for (let job = 0; job < JOBS; job += 1)
      await client().jobCreate({ body: { command: ['true'], cpus: 1 + (job % 4), nodes: job % 9 === 0 ? 2 : 1 } });
    for (let kills = 1; kills <= 4; kills += 1) {
      const before = started.size;
      await eventually(() => started.size > before + kills || started.size === JOBS);
      current.child.kill('SIGKILL');
      await Promise.all(runners.map((runner) => eventually(() => runner.closed)));
      current = await spawnHost(home);
      for (const runner of runners) await runner.connect(current.url);
    }
    await eventually(async () => (await client().jobList({ query: { state: 'completed', limit: 1 } })).total === JOBS);
    const { jobs } = await client().jobList({ query: { limit: 1000 } });
    for (const job of jobs) expect([job.attempt, started.get(job.job_id)]).toEqual([1, job.nodes]);
    const { nodes } = await client().nodeList();
    expect(nodes.map((node) => node.cpus_allocated)).toEqual([0, 0, 0]);
  }, 120_000);

  test('refuses a home in use with its message and exit code, and leaves clean files when it stops', async () => {
    const home = newHome();
    const { child } = await spawnHost(home);
    const second = promisify(execFile)(process.execPath, [MAIN], { env: environment(home) });
    await expect(second).rejects.toMatchObject({ code: 65, stderr: expect.stringContaining('another host runs on') as string });
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
    expect(existsSync(join(home, 'run', 'host.json'))).toBe(false);
  });
});
