import { AppError, parseArraySpec, type BatchCreate, type JobCreate, type Target } from '@weir/contract';

/** One job of a batch as it was asked for, in the order asked. */
export interface BatchItem {
  readonly index: number;
  readonly target: Target | null;
  readonly create: JobCreate;
}

const MAX_JOBS = 10_000;
/** As many tasks as one array may have, and as many dependencies as one transaction stores in a moment. */
const MAX_TASKS = 100_000;
const MAX_DEPENDENCIES = 100_000;

/** One job per target, per command, or per pair of them (targets first); throws `invalid_input`. */
export function listBatchItems(batch: BatchCreate): BatchItem[] {
  const { job, targets, commands } = batch;
  if (targets === undefined && commands === undefined)
    throw new AppError('invalid_input', 'a batch needs targets, commands or both', { field: 'targets' });
  if (targets !== undefined && job.target !== undefined)
    throw new AppError('invalid_input', 'give the target either in targets or in job', { field: 'job.target' });
  if (commands !== undefined && (job.command !== undefined || job.script !== undefined))
    throw new AppError('invalid_input', 'give the program either in commands or in job', { field: 'job.command' });
  const count = (targets?.length ?? 1) * (commands?.length ?? 1);
  if (count > MAX_JOBS)
    throw new AppError('invalid_input', `a batch has at most ${MAX_JOBS} jobs, and this one has ${count}: split it`, {
      field: 'commands',
      value: count,
    });
  checkProduct(count, { field: 'job.array', of: 'tasks', each: countTasks(job.array), most: MAX_TASKS });
  checkProduct(count, { field: 'job.depends', of: 'dependencies', each: job.depends?.length ?? 0, most: MAX_DEPENDENCIES });
  const programs = commands?.map((command) => ({ ...job, command })) ?? [job];
  const places = targets?.map((target) => ({ target })) ?? [{}];
  return places
    .flatMap((place) => programs.map((program): JobCreate => ({ ...program, ...place })))
    .map((create, index) => ({ index, target: create.target ?? null, create }));
}

function countTasks(array: string | undefined): number {
  return array === undefined ? 1 : parseArraySpec(array).indices.length;
}

/** What is little in one job is too much when a batch multiplies it. */
function checkProduct(jobs: number, part: { field: string; of: string; each: number; most: number }): void {
  const { field, of, each, most } = part;
  if (jobs * each <= most) return;
  throw new AppError(
    'invalid_input',
    `a batch of ${jobs} jobs with ${each} ${of} each has ${jobs * each} ${of}, at most ${most}: split it`,
    {
      field,
      value: each,
    },
  );
}
