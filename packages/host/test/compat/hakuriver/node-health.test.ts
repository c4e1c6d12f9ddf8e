import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CompatHealth, HakuriverNode } from '@weir/contract';
import { UsageHistory } from '../../../src/nodes/usage-history.ts';
import { eventually } from '../../eventually.ts';
import { TestHost } from '../../test-host.ts';

let host: TestHost;
beforeAll(async () => {
  host = await TestHost.start();
  await host.connectedRunner();
  const away = await host.connectedRunner('away');
  await away.disconnect();
  await host.running.services.store.write(({ db }) => db.updateTable('nodes').set({ state: 'lost' }).where('name', '=', 'away').execute());
});
afterAll(() => host[Symbol.asyncDispose]());

const get = async <T>(url: string): Promise<T> => {
  const answer = await host.inject({ url });
  expect([url, answer.statusCode]).toEqual([url, 200]);
  return answer.json<T>();
};

test('nodes and health tell the CPUs of a NUMA node and all of a GPU that its driver tells', async () => {
  await using fleet = await TestHost.start();
  const node = await fleet.connectedRunner();
  const gpu = { index: 0, name: 'gpu', memoryBytes: 1024 ** 3 };
  node.inventory = {
    ...node.inventory,
    numa: [{ id: 1, cpuIds: [2, 3], memoryBytes: 4096 }],
    gpus: [
      { ...gpu, busId: '00000000:3B:00.0', driverVersion: '550.54.15' },
      { ...gpu, index: 1 },
    ],
  };
  await node.disconnect();
  await node.connect();
  const told = { utilizationPercent: 37, memoryUsedBytes: 256 * 1024 ** 2, temperature: 65, powerWatts: 71.25 };
  const more = { memoryUtilizationPercent: 12, graphicsClockMhz: 1410, memoryClockMhz: 1593, fanPercent: null, powerLimitWatts: 400 };
  const gpus = [{ index: 0, ...told, ...more }];
  node.send({ type: 'heartbeat', usage: { cpuPercent: 1, memoryUsedBytes: 1024, load: 1, temperature: null, gpus } });
  const known = {
    gpu_id: 0,
    name: 'gpu',
    driver_version: '550.54.15',
    pci_bus_id: '00000000:3B:00.0',
    gpu_utilization: 37,
    graphics_clock_mhz: 1410,
    mem_utilization: 12,
    mem_clock_mhz: 1593,
    memory_total_mib: 1024,
    memory_used_mib: 256,
    memory_free_mib: 768,
    temperature: 65,
    fan_speed: -1,
    power_usage_mw: 71_250,
    power_limit_mw: 400_000,
  };
  const unknown = Object.fromEntries(Object.keys(known).map((name) => [name, -1]));
  const silent = { ...unknown, gpu_id: 1, name: 'gpu', driver_version: '', pci_bus_id: '', memory_total_mib: 1024 };
  const ask = async <T>(url: string) => (await fleet.inject({ url })).json<T>();
  const shown = await eventually(async () => {
    const [here] = await ask<HakuriverNode[]>('/nodes');
    return here?.gpu_info[0]?.gpu_utilization === 37 && here;
  });
  expect(shown).toMatchObject({ numa_topology: { 1: { cores: [2, 3], memory_bytes: 4096 } }, gpu_info: [known, silent] });
  const { nodes } = await ask<CompatHealth>('/health');
  expect(nodes.at(-1)).toMatchObject([{ numa_topology: shown.numa_topology, gpu_info: shown.gpu_info }]);
});

test('health has the minutes before its newest sample, which is the last', async () => {
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const told = (cpuPercent: number) => ({
    cpuPercent,
    memoryUsedBytes: 1024,
    load: 1,
    temperature: 50,
    gpus: [{ index: 0, utilizationPercent: cpuPercent, memoryUsedBytes: 256 * 1024 * 1024, temperature: null, powerWatts: null }],
  });
  const history = new UsageHistory(host.running.services.store);
  history.add('here', told(10), minute - 120_000);
  history.add('here', told(20), minute - 60_000);
  history.add('away', told(60), minute - 60_000);
  history.add('here', told(90), minute - 3_600_000);
  await history.flush(minute);
  const { nodes, aggregate } = await get<CompatHealth>('/health');
  expect(nodes.map((sample) => sample.map(({ hostname, status, cpu_percent: cpu }) => [hostname, status, cpu])).slice(0, 2)).toEqual([
    [
      ['away', 'offline', null],
      ['here', 'online', 10],
    ],
    [
      ['away', 'online', 60],
      ['here', 'online', 20],
    ],
  ]);
  expect(nodes[1]?.[1]).toMatchObject({
    last_heartbeat: new Date(minute - 60_000).toISOString(),
    memory_used_bytes: 1024,
    total_cores: 4,
    numa_topology: null,
    current_max_temp: null,
    gpu_info: [{ gpu_utilization: 20, memory_used_mib: 256, memory_free_mib: 768, power_usage_mw: -1 }],
  });
  expect(nodes[2]?.map(({ hostname, status }) => [hostname, status])).toEqual([
    ['away', 'offline'],
    ['here', 'online'],
  ]);
  expect(aggregate.map((sample) => [sample.onlineNodes, sample.totalCores, sample.avgCpuPercent]).slice(0, 2)).toEqual([
    [1, 4, 10],
    [2, 8, 40],
  ]);
  expect(aggregate.map(({ lastUpdated }) => lastUpdated).slice(0, 2)).toEqual([
    new Date(minute - 120_000).toISOString(),
    new Date(minute - 60_000).toISOString(),
  ]);
  const one = await get<CompatHealth>('/health?hostname=away');
  expect(one.nodes.map((sample) => sample.length)).toEqual([1, 1]);
});

test('health tells nobody of the nodes, and refuses a token that is none', async () => {
  const open = await host.inject({ url: '/health', token: null });
  expect(open.json()).toEqual({ status: 'healthy', service: 'weir', nodes: [], aggregate: [] });
  expect((await host.inject({ url: '/health', token: 'weir_u_made-up' })).statusCode).toBe(401);
});

test('health turns unhealthy with what it stands for', async () => {
  await using broken = await TestHost.start();
  const placement = broken.running.services.loops[0];
  await placement?.stop();
  const answer = await eventually(async () => ((reply) => reply.statusCode === 503 && reply)(await broken.inject({ url: '/health' })));
  expect(answer.json()).toMatchObject({ status: 'unhealthy', nodes: [] });
});
