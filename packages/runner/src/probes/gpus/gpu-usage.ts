import type { NodeUsage } from '@weir/contract/protocol';

const MIB = 1024 * 1024;

/** Reads `0, 37, 1024, 65, 71.3` (index, % busy, MiB used, degrees, watts); what the driver does not tell (`[N/A]`) is null. */
export function parseGpuUsage(line: string): NodeUsage['gpus'][number] | undefined {
  const [index = '', utilization, memory, temperature, power, ...more] = line.split(',').map((field) => field.trim());
  if (!/^\d+$/.test(index) || power === undefined || more.length > 0) return undefined;
  const memoryMib = toNumber(memory);
  return {
    index: Number(index),
    utilizationPercent: toNumber(utilization),
    memoryUsedBytes: memoryMib === null ? null : Math.round(memoryMib * MIB),
    temperature: toNumber(temperature),
    powerWatts: toNumber(power),
  };
}

function toNumber(field: string | undefined): number | null {
  return field !== undefined && /^-?\d+(\.\d+)?$/.test(field) ? Number(field) : null;
}
