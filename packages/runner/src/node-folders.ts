import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptId } from './executors/executor.ts';

/** Where a runner keeps what belongs to its node, below the Weir home. */
export interface NodeFolders {
  readonly home: string;
  readonly run: string;
  readonly node: string;
  /** Every attempt that the host has not acknowledged as ended. */
  readonly attempts: string;
  /** One folder per job: the output of its attempts and its private work folder. */
  readonly jobs: string;
}

/** Lays out a node's folders and makes them, for this user only. */
export function makeNodeFolders(home: string): NodeFolders {
  const node = join(home, 'node');
  const folders = { home, run: join(home, 'run'), node, attempts: join(node, 'attempts'), jobs: join(node, 'jobs') };
  for (const folder of [folders.run, node, folders.attempts, folders.jobs]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folders;
}

/** Lets the OS users of jobs pass through to what is theirs; they cannot list or change anything on the way. */
export function openFoldersToUsers(folders: NodeFolders): void {
  for (const folder of [folders.home, folders.node, folders.attempts, folders.jobs]) chmodSync(folder, 0o711);
}

/** The folder of a job. */
export function jobFolder(folders: NodeFolders, jobId: number): string {
  return `${folders.jobs}/${jobId}`;
}

/** The file that an attempt's output goes to. */
export function outputFile(folders: NodeFolders, id: AttemptId, stream: 'stdout' | 'stderr'): string {
  return `${folders.jobs}/${id.jobId}/${id.attempt}.${stream}`;
}
