import { totalmem } from 'node:os';

/** Bytes of memory that this process's node can give: the machine's, cut by a limit of the control group that holds the runner. */
export function measureMemory(limitBytes: number | undefined): number {
  const total = totalmem();
  return limitBytes !== undefined && limitBytes > 0 && limitBytes < total ? limitBytes : total;
}
