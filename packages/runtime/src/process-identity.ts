import { readTextIfThere } from './files.ts';

/** A process that cannot be confused with a later one that got the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start of the process in clock ticks since boot: field 22 of /proc/PID/stat (proc(5)). */
  readonly startTicks: number;
}

/** Reads the identity of a living process; undefined when there is none (zombies count as gone). */
export function readProcessIdentity(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined ? undefined : { pid, startTicks: stat.startTicks };
}

/** True while that very process lives. */
export function processIsAlive(identity: ProcessIdentity): boolean {
  return readStat(identity.pid)?.startTicks === identity.startTicks;
}

function readStat(pid: number): { startTicks: number } | undefined {
  let text: string | undefined;
  try {
    text = readTextIfThere(`/proc/${pid}/stat`);
  } catch {
    return undefined; // ESRCH: it ended between open and read
  }
  if (text === undefined) return undefined;
  // The command name is in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { startTicks: Number(fields[19]) };
}
