import type { NodeUsage, NodeUsageMinute } from '@weir/contract';

export type MeanUsage = Omit<NodeUsageMinute, 'at'>;

/** The means of a minute's samples, at least one; of a GPU, over the samples in which its driver told something. */
export function meanUsage(samples: readonly NodeUsage[]): MeanUsage {
  const readings = Map.groupBy(
    samples.flatMap((sample) => sample.gpus),
    (gpu) => gpu.index,
  );
  return {
    cpu_percent: meanOf(samples.map((sample) => sample.cpuPercent)) ?? 0,
    memory_used_bytes: Math.round(meanOf(samples.map((sample) => sample.memoryUsedBytes)) ?? 0),
    gpus: [...readings]
      .sort(([a], [b]) => a - b)
      .map(([index, gpus]) => ({
        index,
        utilization_percent: meanOf(gpus.map((gpu) => gpu.utilizationPercent)),
        memory_used_bytes: roundOrNull(meanOf(gpus.map((gpu) => gpu.memoryUsedBytes))),
      })),
  };
}

/** Null when nothing is known. */
function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function roundOrNull(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
