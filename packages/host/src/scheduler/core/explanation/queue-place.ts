import type { Block } from '../queue/block-list.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { comesBefore, QueueWalk, weighJob, type Turn, type WalkParts } from '../queue/queue-walk.ts';
import type { Bucket, Waiting } from '../queue/waiting.ts';
import type { Shape } from '../shapes.ts';

const NAMED_JOBS = 20;

interface PlaceParts extends Omit<WalkParts, 'owners'> {
  /** Jobs of such a shape cannot start whatever happens: they are ahead of nobody. */
  readonly isHopeless: (shape: Shape) => boolean;
}

/** How many jobs have their turns before this one, and the first of them. */
export function findPlace(queue: JobQueue, turn: Turn, parts: PlaceParts): { jobsAhead: number; ahead: number[] } {
  let jobsAhead = 0;
  for (const { jobs, shape } of queue.everyBucket) {
    if (parts.isHopeless(shape)) continue;
    const before = countBefore(jobs.items.length, (place) => {
      const job = jobs.items[place];
      return job !== undefined && comesBefore(turnOf(job, parts), turn);
    });
    jobsAhead += before;
  }
  const own = queue.find(turn.job.id);
  if (own !== undefined && own.tasks > 0 && !parts.isHopeless(own.bucket.shape) && comesBefore(turnOf(own, parts), turn)) jobsAhead -= 1;
  return { jobsAhead, ahead: listFirst(queue, turn, parts) };
}

/** True when another job has its turn before; the order of the queue is settled. */
export function isBehindOthers(queue: JobQueue, turn: Turn, parts: PlaceParts): boolean {
  for (const { lines } of queue.everyOwner)
    for (const { young, old } of lines.slice(turn.rank))
      if (hasBefore(young.blocks, turn, parts) || hasBefore(old.blocks, turn, parts)) return true;
  return false;
}

function hasBefore(blocks: readonly Block<Bucket>[], turn: Turn, parts: PlaceParts): boolean {
  for (const { items } of blocks)
    for (const { shape, jobs } of items) {
      const [first] = jobs.items;
      if (first === undefined || first.id === turn.job.id) continue;
      if (!comesBefore(turnOf(first, parts), turn)) return false;
      if (!parts.isHopeless(shape)) return true;
    }
  return false;
}

function turnOf(job: Waiting, parts: PlaceParts): Turn {
  return { rank: job.bucket.rank, job, points: weighJob(job, parts) };
}

/** Those of which the condition is true all come first. */
function countBefore(length: number, comesEarlier: (place: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comesEarlier(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function listFirst(queue: JobQueue, until: Turn, parts: PlaceParts): number[] {
  const walk = new QueueWalk({ ...parts, owners: queue.everyOwner });
  const ahead: number[] = [];
  for (let turn = walk.next(); turn !== undefined && comesBefore(turn, until); turn = walk.next()) {
    if (parts.isHopeless(turn.job.bucket.shape)) continue;
    if (turn.job.id !== until.job.id) ahead.push(turn.job.id);
    if (ahead.length === NAMED_JOBS) break;
    walk.follow(turn);
  }
  return ahead;
}
