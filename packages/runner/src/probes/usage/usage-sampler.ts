import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import type { NodeUsage } from '@weir/contract/protocol';
import { busyPercent, parseCpuTime, type CpuTime } from './cpu-time.ts';
import { parseUsedMemory } from './used-memory.ts';
import { findTemperatureFiles, readHighestTemperature } from './temperature.ts';

/** Tells what the node's parts are doing; each call tells of the time since the one before. */
export class UsageSampler {
  readonly #readGpus: () => NodeUsage['gpus'];
  readonly #temperatureFiles = findTemperatureFiles();
  #before: CpuTime = readCpuTime();

  constructor(readGpus: () => NodeUsage['gpus']) {
    this.#readGpus = readGpus;
  }

  sample(): NodeUsage {
    const now = readCpuTime();
    const cpuPercent = busyPercent(this.#before, now);
    this.#before = now;
    return {
      cpuPercent: round(cpuPercent),
      memoryUsedBytes: parseUsedMemory(readFileSync('/proc/meminfo', 'utf8')),
      load: round(loadavg()[0] ?? 0),
      temperature: readHighestTemperature(this.#temperatureFiles),
      gpus: this.#readGpus(),
    };
  }
}

function readCpuTime(): CpuTime {
  return parseCpuTime(readFileSync('/proc/stat', 'utf8'));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
