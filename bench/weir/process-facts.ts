import { readFileSync } from 'node:fs';

/** Clock ticks of /proc a second: fixed on Linux (USER_HZ). */
const TICKS_PER_S = 100;

/** Memory that a process holds now, MB (VmRSS of proc(5)). */
export function readRssMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** CPU time that a process has used, ms. */
export function readCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_S;
}
