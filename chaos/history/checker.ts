import { jobHasEnded, type Event, type Job } from '@weir/contract/client';
import type { Life } from './marks.ts';

/** What was seen of a run. */
export interface History {
  /** Ids whose submit was acknowledged. */
  readonly acknowledged: readonly number[];
  readonly jobs: readonly Job[];
  readonly lives: ReadonlyMap<number, readonly Life[]>;
  readonly events: readonly Event[];
}

/** The exit code of programs that are meant to fail. */
export const SCRIPTED_FAILURE = 3;

/** Everything that a sound system would not have done, as sentences; empty = sound. */
export function findViolations(history: History): string[] {
  const jobs = new Map(history.jobs.map((job) => [job.job_id, job]));
  return [
    ...history.acknowledged.filter((id) => !jobs.has(id)).map((id) => `job ${id} was acknowledged and is gone`),
    ...history.jobs.flatMap((job) => checkJob(job, history)),
    ...checkNames(history.jobs),
    ...checkEnds(history),
  ];
}

function checkJob(job: Job, history: History): string[] {
  if (!jobHasEnded(job)) return [`job ${job.job_id} has not ended: ${job.state} (${job.reason ?? 'no reason'})`];
  const lives = history.lives.get(job.job_id) ?? [];
  return [...checkCompleted(job, lives), ...checkFailed(job), ...checkRepeats(job, lives), ...checkOverlap(job, lives)];
}

/** What is said to have completed ran to its end, as the attempt that it is said to be, on every node of it. */
function checkCompleted(job: Job, lives: readonly Life[]): string[] {
  if (job.state !== 'completed' || job.array !== null) return [];
  const whole = lives.filter((life) => life.attempt === job.attempt && life.to !== undefined);
  const expected = job.nodes;
  return whole.length === expected
    ? []
    : [`job ${job.job_id} completed as attempt ${job.attempt}, but ${whole.length} of ${expected} programs of it ended`];
}

/** Only a program that says so itself fails: not one that waited long, and not one whose machines had trouble. */
function checkFailed(job: Job): string[] {
  if (job.state !== 'failed' || job.array !== null || job.nodes > 1 || job.exit_code === SCRIPTED_FAILURE) return [];
  return [`job ${job.job_id} failed and its program did not: ${job.reason ?? 'no reason'}`];
}

/** One attempt is executed at most once on a node; a job that may not be repeated has one attempt that ran. */
function checkRepeats(job: Job, lives: readonly Life[]): string[] {
  const keys = lives.map((life) => `${life.attempt} ${life.node}`);
  const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
  const attempts = new Set(lives.map((life) => life.attempt));
  return [
    ...twice.map((key) => `job ${job.job_id} was executed twice as attempt and node ${key}`),
    ...(attempts.size > 1 && !job.requeue ? [`job ${job.job_id} ran as ${attempts.size} attempts and had not asked for it`] : []),
  ];
}

/** Whole lives of different attempts do not overlap unless the job asked to be run again when its node is lost. */
function checkOverlap(job: Job, lives: readonly Life[]): string[] {
  if (job.requeue) return [];
  const whole = lives.filter((life) => life.to !== undefined);
  return whole.flatMap((left, index) =>
    whole
      .slice(index + 1)
      .filter((right) => right.attempt !== left.attempt && left.from < (right.to ?? 0n) && right.from < (left.to ?? 0n))
      .map((right) => `attempts ${left.attempt} and ${right.attempt} of job ${job.job_id} ran at the same time`),
  );
}

/** Each submit has a name of its own: one that was sent again, because its answer was lost, made one job. */
function checkNames(jobs: readonly Job[]): string[] {
  const submits = new Map<string, Set<number>>();
  for (const { name, array_id: array, job_id: id } of jobs) submits.set(name, (submits.get(name) ?? new Set()).add(array ?? id));
  return [...submits]
    .filter(([, ids]) => ids.size > 1)
    .map(([name, ids]) => `${name} was submitted once and is jobs ${[...ids].join(', ')}`);
}

/** Every job ends once, and starts no more often than it has attempts. */
function checkEnds({ events }: History): string[] {
  const ends = new Map<number, number>();
  for (const event of events) {
    if (event.type === 'job.ended' && event.job_id !== null) ends.set(event.job_id, (ends.get(event.job_id) ?? 0) + 1);
  }
  return [...ends].filter(([, count]) => count > 1).map(([id, count]) => `job ${id} ended ${count} times`);
}
