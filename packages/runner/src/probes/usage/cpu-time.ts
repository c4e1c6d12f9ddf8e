/** CPU time since the boot, in clock ticks of all CPUs together. */
export interface CpuTime {
  readonly busy: number;
  readonly total: number;
}

/** Reads the first line of /proc/stat (proc(5)); time waited for input and output is idle, time of guests is counted in user time already. */
export function parseCpuTime(stat: string): CpuTime {
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
    /^cpu\s+(.*)$/m.exec(stat)?.[1]?.trim().split(/\s+/).map(Number) ?? [];
  const busy = user + nice + system + irq + softirq + steal;
  return { busy, total: busy + idle + iowait };
}

/** Share of time that CPUs were busy between two moments, 0 to 100. */
export function busyPercent(before: CpuTime, after: CpuTime): number {
  const total = after.total - before.total;
  if (total <= 0) return 0;
  return Math.min(100, Math.max(0, (100 * (after.busy - before.busy)) / total));
}
