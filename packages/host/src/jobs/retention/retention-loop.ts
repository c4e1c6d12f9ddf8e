import { Loop, type Logger } from '@weir/runtime';
import type { Leadership } from '../../cluster/leadership.ts';
import type { Retention } from '../../config/policy-config.ts';
import { deleteExpiredTokens } from '../../identity/token-store.ts';
import { listNodeNames } from '../../nodes/node-store.ts';
import type { SessionRegistry } from '../../sessions/session-registry.ts';
import type { Queries, Store } from '../../store/store.ts';
import { deleteAllocations, deleteAuditLines, deleteFleetEvents, deleteForgottenJobs, listLeftFiles } from './retention-store.ts';

const PERIOD_MS = 10 * 60_000;
/** Rows that one transaction takes: nobody waits long behind it. */
const LIMIT = 500;

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
  return new Loop({ name: 'retention', periodMs: PERIOD_MS, log: parts.log, run: () => sweep(parts, Date.now()) });
}

async function sweep(parts: RetentionParts, now: number): Promise<void> {
  const { store, leadership, retention } = parts;
  const jobs = { before: now - retention.jobsMs, limit: LIMIT };
  for (const node of await listNodeNames(store.read)) while ((await forgetFiles(parts, node, jobs)) === LIMIT) await pause();
  if (!leadership.isLeader) return;
  await repeat(parts, (db) => deleteForgottenJobs(db, jobs));
  await repeat(parts, (db) => deleteFleetEvents(db, jobs));
  await repeat(parts, (db) => deleteAuditLines(db, { before: now - retention.auditMs, limit: LIMIT }));
  await repeat(parts, async (db) => {
    await deleteExpiredTokens(db);
    return false;
  });
}

/** Orders a node to delete the files of forgettable jobs, then notes that it did; tells how many orders there were. */
async function forgetFiles(parts: RetentionParts, node: string, range: { before: number; limit: number }): Promise<number> {
  const session = parts.sessions.find(node);
  if (session === undefined) return 0;
  const left = await listLeftFiles(parts.store.read, node, range);
  if (left.length === 0) return 0;
  for (const jobId of new Set(left.map((files) => files.jobId))) session.send({ type: 'forget', jobId });
  await parts.store.write(({ db }) =>
    deleteAllocations(
      db,
      left.map(({ allocationId }) => allocationId),
    ),
  );
  return left.length;
}

/** Runs one transaction after the other until one tells that nothing is left; others write in between. */
async function repeat(parts: RetentionParts, remove: (db: Queries) => Promise<boolean>): Promise<void> {
  for (;;) {
    const isMore = await parts.store.write(async ({ db }) => {
      await parts.leadership.fence(db);
      return remove(db);
    });
    if (!isMore) return;
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
