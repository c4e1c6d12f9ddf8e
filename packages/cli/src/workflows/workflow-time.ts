import { formatTime } from '../output/times.ts';

/** Writes a workflow's time (`YYYY-MM-DD HH:MM:SS`, UTC) in the reader's own time zone. */
export function formatWorkflowTime(at: string): string {
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(at) ? formatTime(`${at.replace(' ', 'T')}Z`) : at;
}
