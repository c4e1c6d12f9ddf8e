import { Loop, type Logger } from '@weir/runtime';
import { writeAsLeader } from '../../cluster/leader-write.ts';
import type { Leadership } from '../../cluster/leadership.ts';
import type { Retention } from '../../config/policy-config.ts';
import { deleteAnswers } from '../../idempotency/answer-store.ts';
import { deleteExpiredTokens } from '../../identity/token-store.ts';
import { listNodeNames } from '../../nodes/node-store.ts';
import type { SessionRegistry } from '../../sessions/session-registry.ts';
import type { Queries, Store } from '../../store/store.ts';
import { deleteAllocations, deleteAuditLines, deleteFleetEvents, deleteForgottenJobs, listLeftFiles } from './retention-store.ts';

/** Between two looks, ms: the longest, the shortest, and the part of the time that jobs are kept. */
const PERIOD = { most: 10 * 60_000, least: 1_000, part: 10 };
/** Rows that one transaction takes: nobody waits long behind it. */
const LIMIT = 500;
/** How long a request may be repeated under its key. */
const ANSWERS_MS = 24 * 3_600_000;

export interface RetentionParts {
  readonly store: Store;
  readonly sessions: SessionRegistry;
  readonly leadership: Leadership;
  readonly retention: Retention;
  readonly log: Logger;
}

/**
 * Forgets what is over for long. Every host has the nodes that it holds sessions with delete the files of such jobs; a job goes once no
 * known node has files of it, which only the leader sees to. A node that is away is told when it is back; dying between the order and its
 * note repeats the order.
 */
export function makeRetentionLoop(parts: RetentionParts): Loop {
  const periodMs = Math.min(PERIOD.most, Math.max(PERIOD.least, parts.retention.jobsMs / PERIOD.part));
  return new Loop({ name: 'retention', periodMs, log: parts.log, run: () => sweep(parts, Date.now()) });
}

async function sweep(parts: RetentionParts, now: number): Promise<void> {
  const { leadership, retention } = parts;
  const jobs = { before: now - retention.jobsMs, limit: LIMIT };
  while (await forgetFiles(parts, jobs)) await pause();
  if (!leadership.isLeader) return;
  await repeat(parts, (db) => deleteForgottenJobs(db, jobs));
  await repeat(parts, (db) => deleteFleetEvents(db, jobs));
  await repeat(parts, (db) => deleteAuditLines(db, { before: now - retention.auditMs, limit: LIMIT }));
  await repeat(parts, (db) => deleteAnswers(db, { before: now - ANSWERS_MS, limit: LIMIT }));
  await repeat(parts, async (db) => {
    await deleteExpiredTokens(db);
    return false;
  });
}

/** Orders the nodes that are connected here to delete the files of forgettable jobs, then notes that it did; tells whether there may be more. */
async function forgetFiles({ store, sessions }: RetentionParts, range: { before: number; limit: number }): Promise<boolean> {
  const connected = (await listNodeNames(store.read)).filter((node) => sessions.find(node) !== undefined);
  const left = await listLeftFiles(store.read, connected, range);
  const told = left.filter(({ node, jobId }) => {
    const session = sessions.find(node);
    session?.send({ type: 'forget', jobId });
    return session !== undefined;
  });
  if (told.length === 0) return false;
  const ids = told.map(({ allocationId }) => allocationId);
  await store.write(({ db }) => deleteAllocations(db, ids));
  return left.length === range.limit;
}

/** Runs one transaction after the other until one tells that nothing is left; others write in between. */
async function repeat(parts: RetentionParts, remove: (db: Queries) => Promise<boolean>): Promise<void> {
  for (;;) {
    const isMore = await writeAsLeader(parts, ({ db }) => remove(db));
    if (isMore !== true) return;
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
