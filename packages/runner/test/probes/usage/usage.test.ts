import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeUsage } from '@weir/contract';
import { Value } from 'typebox/value';
import { busyPercent, parseCpuTime } from '../../../src/probes/usage/cpu-time.ts';
import { findTemperatureFiles, readHighestTemperature } from '../../../src/probes/usage/temperature.ts';
import { UsageSampler } from '../../../src/probes/usage/usage-sampler.ts';
import { parseUsedMemory } from '../../../src/probes/usage/used-memory.ts';
import { FakeSys } from '../fake-sys.ts';

let sys: FakeSys;
beforeEach(() => {
  sys = new FakeSys();
});
afterEach(() => sys.dispose());

test('waiting for disks is idle, time of guests is not counted twice', () => {
  expect(parseCpuTime('cpu  100 10 50 800 40 5 5 30 60 6\ncpu0 1 1 1 1\n')).toEqual({ busy: 200, total: 1040 });
});

test.each([
  [{ busy: 10, total: 100 }, { busy: 35, total: 150 }, 50],
  [{ busy: 10, total: 100 }, { busy: 10, total: 100 }, 0],
  [{ busy: 10, total: 100 }, { busy: 5, total: 110 }, 0],
  [{ busy: 10, total: 100 }, { busy: 30, total: 110 }, 100],
])('from %j to %j CPUs were busy %d %%', (before, after, percent) => expect(busyPercent(before, after)).toBe(percent));

test('memory that could be had is not in use', () => {
  expect(parseUsedMemory('MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    700 kB\n')).toBe(300 * 1024);
});

test('the temperature is the highest of all sensors that can be believed', () => {
  sys.write('class/thermal/thermal_zone0/temp', '42500\n');
  sys.write('class/thermal/cooling_device0/cur_state', '9');
  sys.write('class/hwmon/hwmon1/temp1_input', '61000\n');
  sys.write('class/hwmon/hwmon1/temp2_input', '255000\n');
  sys.write('class/hwmon/hwmon1/temp3_input', 'broken\n');
  sys.write('class/hwmon/hwmon1/fan1_input', '90000\n');
  mkdirSync(join(sys.root, 'class/hwmon/hwmon1/temp4_input'));
  expect(readHighestTemperature(findTemperatureFiles(sys.root))).toBe(61);
});

test('without a sensor there is no temperature', () => {
  expect(readHighestTemperature(findTemperatureFiles(sys.root))).toBeNull();
});

test('a sample of this machine fits the contract', () => {
  const sampler = new UsageSampler(() => []);
  expect(Value.Check(NodeUsage, sampler.sample())).toBe(true);
});
