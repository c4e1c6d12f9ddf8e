import { AppError, formatIndices, parseArraySpec, type Dependency, type JobCreate } from '@weir/contract';
import type { Identity } from '../../identity/identity.ts';
import type { NewJob } from '../../store/schema.ts';
import { readInstant } from '../../store/time.ts';
import type { ArrayRecord, JobRequest } from '../job-request.ts';
import { DEFAULT_GRACE_MS, makeJobRow } from '../new-job.ts';
import { checkNodes, readCpus, readGpus } from './demand.ts';
import { checkOutputPattern } from './output-pattern.ts';
import { nameProgram, readProgram } from './program.ts';

/** A job that is sound in itself and not stored yet. */
export interface JobDraft {
  readonly row: NewJob;
  readonly depends: readonly Dependency[];
  /** Jobs that it adds to the queue: the tasks of an array, else one. */
  readonly tasks: number;
}

/** Reads what a user asks for; throws `invalid_input` and its kin, `forbidden` for what only admins may ask. Knows nothing of the fleet. */
export function draftJob(identity: Identity, create: JobCreate, account: string): JobDraft {
  const program = readProgram(create);
  checkNodes(create);
  checkRank(identity, create);
  checkOutputPattern('stdout', create.stdout, create.workdir);
  checkOutputPattern('stderr', create.stderr, create.workdir);
  const array = readArray(create.array);
  const basics = makeJobRow({
    kind: program.kind === 'script' ? 'script' : 'command',
    name: create.name ?? nameProgram(program),
    user: identity.user,
    program,
    cpus: readCpus(create),
    gpus: readGpus(create),
    requeue: create.requeue ?? false,
    account,
  });
  const row: NewJob = {
    ...basics,
    memory_bytes: create.memory_bytes ?? null,
    priority: create.priority ?? 0,
    time_limit_ms: create.time_limit_ms ?? null,
    grace_ms: create.grace_ms ?? DEFAULT_GRACE_MS,
    env: JSON.stringify(create.env ?? {}),
    workdir: create.workdir ?? null,
    comment: create.comment ?? null,
    class: create.class ?? 'normal',
    executor: create.executor ?? 'process',
    request: JSON.stringify(readRequest(create)),
    array: array === null ? null : JSON.stringify(array),
    begin_at: create.begin_at === undefined ? null : readInstant('begin_at', create.begin_at),
  };
  return { row, depends: dropRepeated(create.depends ?? []), tasks: array?.tasks ?? 1 };
}

/** Throws `forbidden` for a class or a priority that is not the asker's to give. */
export function checkRank(identity: Identity, asked: Pick<JobCreate, 'class' | 'priority'>): void {
  if (identity.role === 'admin') return;
  if (asked.class === 'urgent')
    throw new AppError('forbidden', 'class urgent is for admins: use normal or scavenger', { field: 'class', value: asked.class });
  if (asked.priority !== undefined && asked.priority > 0)
    throw new AppError('forbidden', `priority ${asked.priority} is for admins: use 0 or less`, {
      field: 'priority',
      value: asked.priority,
    });
}

function readRequest(create: JobCreate): JobRequest {
  const { target, labels, partition, gpu_type, gpu_memory_bytes, exclusive, nodes, ntasks_per_node, cpus_per_task } = create;
  const { strategy, hold, checkpoint_signal, stdout, stderr } = create;
  const given = { target, labels, partition, gpu_type, gpu_memory_bytes, exclusive, nodes, ntasks_per_node, cpus_per_task };
  return withoutAbsent({ ...given, strategy, hold, checkpoint_signal, stdout, stderr });
}

function withoutAbsent<T extends object>(given: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const copy: { [Key in keyof T]?: Exclude<T[Key], undefined> } = {};
  for (const key in given) {
    const value = given[key];
    if (isPresent(value)) copy[key] = value;
  }
  return copy;
}

function isPresent<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined;
}

function readArray(spec: string | undefined): ArrayRecord | null {
  if (spec === undefined) return null;
  const { indices, parallel } = parseArraySpec(spec);
  return { spec, parallel, tasks: indices.length, waiting: formatIndices(indices) };
}

function dropRepeated(depends: readonly Dependency[]): Dependency[] {
  return [...new Map(depends.map((dependency) => [`${dependency.kind}:${dependency.job_id}`, dependency])).values()];
}
