import type { NodeUsage } from '@weir/contract/protocol';

const MIB = 1024 * 1024;

/** What `parseGpuUsage` reads, as nvidia-smi calls it. */
export const GPU_USAGE_FIELDS =
  'index,utilization.gpu,memory.used,temperature.gpu,power.draw,utilization.memory,clocks.gr,clocks.mem,fan.speed,power.limit';

/**
 * Reads `0, 37, 1024, 65, 71.3, 12, 1410, 1593, 30, 400.00` (index, % busy, MiB used, degrees, watts, % of the time on its memory, MHz of
 * graphics and memory, % of its fan, watts at most); what the driver does not tell (`[N/A]`) is null.
 */
export function parseGpuUsage(line: string): NodeUsage['gpus'][number] | undefined {
  const [index = '', ...fields] = line.split(',').map((field) => field.trim());
  if (!/^\d+$/.test(index) || fields.length !== GPU_USAGE_FIELDS.split(',').length - 1) return undefined;
  const [utilization, memoryMib, temperature, power, memoryUtilization, graphicsClock, memoryClock, fan, powerLimit] = fields.map(toNumber);
  return {
    index: Number(index),
    utilizationPercent: utilization ?? null,
    memoryUsedBytes: memoryMib === undefined || memoryMib === null ? null : Math.round(memoryMib * MIB),
    temperature: temperature ?? null,
    powerWatts: power ?? null,
    memoryUtilizationPercent: memoryUtilization ?? null,
    graphicsClockMhz: graphicsClock ?? null,
    memoryClockMhz: memoryClock ?? null,
    fanPercent: fan ?? null,
    powerLimitWatts: powerLimit ?? null,
  };
}

function toNumber(field: string): number | null {
  return /^-?\d+(\.\d+)?$/.test(field) ? Number(field) : null;
}
