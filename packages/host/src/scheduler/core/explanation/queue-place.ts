import type { JobQueue } from '../queue/job-queue.ts';
import { comesBefore, QueueWalk, weighJob, type Turn, type WalkParts } from '../queue/queue-walk.ts';

const NAMED_JOBS = 20;

/** How many jobs have their turns before this one, and the first of them. */
export function findPlace(queue: JobQueue, turn: Turn, parts: Omit<WalkParts, 'owners'>): { jobsAhead: number; ahead: number[] } {
  let jobsAhead = 0;
  for (const { jobs, rank } of queue.everyBucket) {
    const before = countBefore(jobs.items.length, (place) => {
      const job = jobs.items[place];
      return job !== undefined && comesBefore({ rank, job, points: weighJob(job, parts) }, turn);
    });
    jobsAhead += before;
  }
  const own = queue.find(turn.job.id);
  if (own !== undefined && own.tasks > 0 && comesBefore({ rank: own.bucket.rank, job: own, points: weighJob(own, parts) }, turn))
    jobsAhead -= 1;
  return { jobsAhead, ahead: listFirst(queue, turn, parts) };
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

function listFirst(queue: JobQueue, until: Turn, parts: Omit<WalkParts, 'owners'>): number[] {
  const walk = new QueueWalk({ ...parts, owners: queue.everyOwner });
  const ahead: number[] = [];
  for (let turn = walk.next(); turn !== undefined && comesBefore(turn, until); turn = walk.next()) {
    if (turn.job.id !== until.job.id) ahead.push(turn.job.id);
    if (ahead.length === NAMED_JOBS) break;
    walk.follow(turn);
  }
  return ahead;
}
