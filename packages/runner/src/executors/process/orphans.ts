import { readdirSync, readFileSync } from 'node:fs';
import { readProcessIdentity, type ProcessIdentity } from '@weir/runtime';
import { hasErrorCode } from '../../error-code.ts';

/** How processes of an attempt are recognised when their shim is gone: by the job's folder and the attempt in their environment. */
export interface AttemptMark {
  readonly jobFolder: string;
  readonly attempt: number;
}

/** Ends at once what an attempt left on the node after its shim was killed, `members` included; answers how many processes it found. */
export function killOrphans(mark: AttemptMark, members: readonly number[]): number {
  const orphans = [...findOrphans(mark), ...members.flatMap((pid) => readProcessIdentity(pid) ?? [])];
  for (const orphan of orphans) killExactly(orphan);
  return orphans.length;
}

function findOrphans(mark: AttemptMark): ProcessIdentity[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const identity = readProcessIdentity(Number(name));
    return identity !== undefined && bearsMark(identity.pid, mark) ? [identity] : [];
  });
}

function bearsMark(pid: number, mark: AttemptMark): boolean {
  let variables: string[];
  try {
    variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return false; // ended meanwhile, or somebody else's
  }
  return variables.includes(`WEIR_JOB_DIR=${mark.jobFolder}`) && variables.includes(`WEIR_ATTEMPT=${mark.attempt}`);
}

function killExactly(identity: ProcessIdentity): void {
  if (readProcessIdentity(identity.pid)?.startTicks !== identity.startTicks) return;
  try {
    process.kill(identity.pid, 'SIGKILL');
  } catch (error) {
    if (!hasErrorCode(error, 'ESRCH')) throw error;
  }
}
