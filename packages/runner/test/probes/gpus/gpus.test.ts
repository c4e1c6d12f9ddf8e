import { afterEach, expect, test } from 'vitest';
import { findDriverTool } from '../../../src/probes/gpus/driver-tool.ts';
import { parseGpus, probeGpus, readNumaNode } from '../../../src/probes/gpus/gpu-inventory.ts';
import { parseGpuUsage } from '../../../src/probes/gpus/gpu-usage.ts';
import { GpuWatch } from '../../../src/probes/gpus/gpu-watch.ts';
import { testLog } from '../../executors/executor-bench.ts';
import { FakeSys } from '../fake-sys.ts';
import { FakeNvidiaSmi, type NvidiaSmiScript } from './fake-nvidia-smi.ts';

const disposals: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0).toReversed()) await dispose();
});

function fake(script: NvidiaSmiScript): FakeNvidiaSmi {
  const smi = new FakeNvidiaSmi(script);
  disposals.push(() => smi.dispose());
  return smi;
}

function watchGpus(script: NvidiaSmiScript, periodMs = 60_000): { watch: GpuWatch; smi: FakeNvidiaSmi } {
  const smi = fake(script);
  const watch = new GpuWatch({ periodMs, tool: smi.path, log: testLog });
  disposals.push(() => watch.close());
  return { watch, smi };
}

/** A line behind the index and how busy the GPU is. */
const REST = '10, 50, 60, 5, 1410, 1593, 30, 400.00';

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

test('GPUs are read from lines of the driver tool; other lines are left out', () => {
  const text =
    '0, 00000000:3B:00.0, 81920, 550.54.15, NVIDIA A100-SXM4-80GB\n1, 00000000:AF:00.0, 24576, [N/A], Odd, Name\nNo devices were found\n2, X, [N/A]\n';
  expect(parseGpus(text, (busId) => (busId.includes('3B') ? 1 : null))).toEqual([
    {
      index: 0,
      name: 'NVIDIA A100-SXM4-80GB',
      memoryBytes: 81920 * 1024 ** 2,
      numa: 1,
      busId: '00000000:3B:00.0',
      driverVersion: '550.54.15',
    },
    { index: 1, name: 'Odd, Name', memoryBytes: 24576 * 1024 ** 2, numa: null, busId: '00000000:AF:00.0' },
  ]);
});

test('a GPU is told with the NUMA node that its bus hangs on, where the kernel knows', async () => {
  const sys = new FakeSys();
  disposals.push(() => sys.dispose());
  sys.write('bus/pci/devices/0000:3b:00.0/numa_node', '1\n');
  sys.write('bus/pci/devices/0000:af:00.0/numa_node', '-1\n');
  const smi = fake({
    inventory: 'echo "0, 00000000:3B:00.0, 81920, 550.54.15, NVIDIA A100"; echo "1, 00000000:AF:00.0, 81920, 550.54.15, NVIDIA A100"',
  });
  const gpus = await probeGpus(testLog, smi.path, sys.root);
  expect(gpus.map(({ numa }) => numa)).toEqual([1, null]);
  expect(readNumaNode('00010000:3B:00.0', sys.root)).toBeNull();
});

test('a node without the tool, or with one that fails, offers no GPU', async () => {
  expect(await probeGpus(testLog, undefined)).toEqual([]);
  expect(await probeGpus(testLog, fake({ inventory: 'echo "0, 00000000:3B:00.0, 1, X"; exit 15' }).path)).toEqual([]);
});

test('the tool is looked for in the order of the search path', () => {
  const [first, second] = [fake({}), fake({})];
  expect(findDriverTool(`/nowhere::${first.folder}:${second.folder}`)).toBe(first.path);
  expect(findDriverTool('/nowhere')).toBeUndefined();
});

test.each([
  [
    '0, 37, 1024, 65, 71.25, 12, 1410, 1593, 30, 400.00',
    {
      index: 0,
      utilizationPercent: 37,
      memoryUsedBytes: 1024 ** 3,
      temperature: 65,
      powerWatts: 71.25,
      memoryUtilizationPercent: 12,
      graphicsClockMhz: 1410,
      memoryClockMhz: 1593,
      fanPercent: 30,
      powerLimitWatts: 400,
    },
  ],
  [
    '3, [N/A], [N/A], [Unknown Error], [Not Supported], [N/A], [N/A], [N/A], [N/A], [N/A]',
    {
      index: 3,
      utilizationPercent: null,
      memoryUsedBytes: null,
      temperature: null,
      powerWatts: null,
      memoryUtilizationPercent: null,
      graphicsClockMhz: null,
      memoryClockMhz: null,
      fanPercent: null,
      powerLimitWatts: null,
    },
  ],
  ['0, 37, 1024, 65, 71.25', undefined],
  ['Unable to determine the device handle', undefined],
  ['0, 1', undefined],
  ['', undefined],
])('the line %j tells %j', (line, usage) => expect(parseGpuUsage(line)).toEqual(usage));

test('what the GPUs do is followed by one call, its newest lines count', async () => {
  const usage = `for busy in 1 2 3; do echo "1, $busy, ${REST}"; echo "0, $busy, ${REST}"; done; exec sleep 1000`;
  const { watch, smi } = watchGpus({ usage });
  await until(() => watch.read()[0]?.utilizationPercent === 3);
  expect(watch.read().map(({ index, utilizationPercent }) => [index, utilizationPercent])).toEqual([
    [0, 3],
    [1, 3],
  ]);
  expect(smi.calls()).toEqual([expect.stringMatching(/^--query-gpu=index,utilization.gpu,.* --loop-ms=60000$/)]);
});

test('figures of a driver that fell silent are forgotten', async () => {
  const { watch } = watchGpus({ usage: `echo "0, 1, ${REST}"; exec sleep 1000` }, 50);
  await until(() => watch.read().length === 1);
  await until(() => watch.read().length === 0);
});

test('a tool that ends is called again', async () => {
  const { watch, smi } = watchGpus({ usage: `echo "0, 1, ${REST}"; exit 1` });
  await until(() => smi.calls().length === 2);
  expect(watch.read()).toHaveLength(1);
});
