import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '@weir/contract';
import { eventually } from '../eventually.ts';
import { INVENTORY, type FakeRunner, type StartFrame } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';

const GIB = 1024 ** 3;
const CPUS = 8;
const NODES = ['a', 'b', 'c'];
const JOBS = 300;

let host: TestHost;
let client: Client;
beforeEach(async () => {
  host = await TestHost.start();
  client = host.client();
});
afterEach(() => host[Symbol.asyncDispose]());

/** Same numbers in each run. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state % below;
  };
}

/** What a node's runner was given and has not ended, and the most of it that there ever was. */
class Ledger {
  readonly running = new Map<number, StartFrame>();
  mostCpus = 0;
  mostBytes = 0;
  doubleGpus = 0;

  begin(order: StartFrame): void {
    this.running.set(order.jobId, order);
    const all = [...this.running.values()].map(({ launch }) => launch);
    this.mostCpus = Math.max(
      this.mostCpus,
      all.reduce((sum, launch) => sum + launch.cpus, 0),
    );
    this.mostBytes = Math.max(
      this.mostBytes,
      all.reduce((sum, launch) => sum + (launch.memoryBytes ?? 0), 0),
    );
    const gpuIds = all.flatMap((launch) => launch.gpuIds);
    this.doubleGpus += gpuIds.length - new Set(gpuIds).size;
  }
}

async function connect(node: string, ledger: Ledger, random: (below: number) => number): Promise<FakeRunner> {
  const runner = await host.runner(node);
  runner.inventory = { ...INVENTORY, cpus: CPUS, memoryBytes: 16 * GIB };
  runner.onStart = (order) => {
    ledger.begin(order);
    runner.reportRunning(order);
    setTimeout(() => {
      ledger.running.delete(order.jobId);
      runner.reportEnd(order);
    }, random(20));
  };
  await runner.connect();
  return runner;
}

async function sampleStore(): Promise<{ node: string; cpus: number; bytes: number }[]> {
  const rows = await host.running.services.store.read
    .selectFrom('resource_allocations')
    .select((select) => [
      'node_name',
      select.fn.sum<number>('allocated_cpus').as('cpus'),
      select.fn.sum<number>('memory_bytes').as('bytes'),
    ])
    .where('released', '=', 0)
    .groupBy('node_name')
    .execute();
  return rows.map((row) => ({ node: row.node_name, cpus: row.cpus, bytes: row.bytes }));
}

test('three hundred jobs of random sizes never hold more than three nodes have, and all complete', async () => {
  const random = makeRandom(42);
  const ledgers = NODES.map(() => new Ledger());
  for (const [place, node] of NODES.entries()) await connect(node, ledgers[place]!, random);
  const bodies = Array.from({ length: JOBS }, () => ({
    command: ['true'],
    cpus: random(CPUS + 1),
    memory_bytes: (1 + random(12)) * GIB,
    gpus: random(4) === 0 ? 1 : 0,
  }));
  let sampling = true;
  const samples: { node: string; cpus: number; bytes: number }[] = [];
  const sampler = (async () => {
    while (sampling) {
      samples.push(...(await sampleStore()));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  const ids: number[] = [];
  for (let from = 0; from < JOBS; from += 30) {
    const jobs = await Promise.all(bodies.slice(from, from + 30).map((body) => client.jobCreate({ body })));
    ids.push(...jobs.map((job) => job.job_id));
  }
  for (const id of ids) await client.jobShow({ params: { job_id: id }, query: { wait_ms: 60_000 } });
  expect((await client.jobList({ query: { state: 'completed', limit: 1 } })).total).toBe(JOBS);
  sampling = false;
  await sampler;
  expect(samples.length).toBeGreaterThan(20);
  expect(samples.filter(({ cpus, bytes }) => cpus > CPUS || bytes > 16 * GIB)).toEqual([]);
  for (const ledger of ledgers) {
    expect(ledger.mostCpus).toBeLessThanOrEqual(CPUS);
    expect(ledger.mostBytes).toBeLessThanOrEqual(16 * GIB);
    expect(ledger.doubleGpus).toBe(0);
    expect(ledger.running.size).toBe(0);
  }
  const { nodes } = await client.nodeList();
  expect(nodes.map((node) => [node.cpus_allocated, node.memory_bytes_allocated, node.jobs])).toEqual(NODES.map(() => [0, 0, 0]));
  expect(await sampleStore()).toEqual([]);
}, 180_000);

test('a wide job starts although small ones keep coming', async () => {
  const ledger = new Ledger();
  const runner = await host.runner('a');
  runner.inventory = { ...INVENTORY, cpus: 4 };
  runner.onStart = (order) => ledger.begin(order);
  await runner.connect();
  const small = () => client.jobCreate({ body: { command: ['true'], cpus: 1, time_limit_ms: 60_000 } });
  for (let count = 0; count < 6; count += 1) await small();
  await eventually(() => ledger.running.size === 4);
  const wide = await client.jobCreate({ body: { command: ['true'], cpus: 4, priority: 10 } });
  for (let count = 0; !ledger.running.has(wide.job_id) && count < 30; count += 1) {
    const [order] = ledger.running.values();
    await small();
    if (order === undefined) continue;
    ledger.running.delete(order.jobId);
    runner.reportEnd(order);
    await runner.acknowledged(order.jobId);
  }
  await runner.order(wide.job_id);
});
