import { posix } from 'node:path';
import { AppError, parseMemory, type ConductorJob, type ConductorSubmit, type JobCreate } from '@weir/contract';
import { placeOf } from './field-names.ts';
import { parseConductorLimit } from './time-limit.ts';

const MAX_CPUS = 65_536;
const MIN_MEMORY_BYTES = 1024 * 1024;
/** Stands for the job's own folder, whose place nobody knows yet. */
const OWN_FOLDER = '/job';

/** As `placeOf`, of the body at hand. */
type Place = (name: keyof ConductorJob) => string;

/** Reads a submit of any of the dialects; throws a refusal that names the field as it stands in the body. */
export function toJobCreate(body: ConductorSubmit): JobCreate {
  const { script, job, ...flat } = body;
  const stray = Object.keys(flat)[0];
  if (job !== undefined && stray !== undefined)
    throw new AppError('invalid_input', `${stray} stands beside job: put it into job`, { field: stray });
  const fields: ConductorJob = job ?? flat;
  const place: Place = (name) => placeOf(body, name);
  const memory = readMemory(fields);
  const limit = refuseAt(place('time_limit'), () => parseConductorLimit(fields.time_limit));
  return {
    script,
    ...readCpus(fields, place),
    ...readFiles(fields, place),
    ...(memory === undefined ? {} : { memory_bytes: memory }),
    ...(limit === undefined ? {} : { time_limit_ms: limit }),
    ...(fields.account === undefined ? {} : { account: fields.account }),
    ...(fields.name === undefined ? {} : { name: fields.name }),
    ...(fields.partition === undefined ? {} : { partition: fields.partition }),
    ...(fields.environment === undefined ? {} : { env: fields.environment }),
    ...(fields.exclusive === true ? { exclusive: true } : {}),
  };
}

function readCpus(fields: ConductorJob, place: Place): Pick<JobCreate, 'cpus' | 'ntasks_per_node' | 'cpus_per_task'> {
  if (fields.cpus !== undefined && fields.cpus_per_task !== undefined)
    throw new AppError('invalid_input', `${place('cpus')} means the same as cpus_per_task: give one of them`, { field: place('cpus') });
  const [tasks, each] = [fields.ntasks_per_node ?? 1, fields.cpus_per_task ?? fields.cpus ?? 1];
  if (tasks * each > MAX_CPUS)
    throw new AppError('invalid_input', `${place('cpus_per_task')} x ntasks_per_node is ${tasks * each} CPUs, at most ${MAX_CPUS}`, {
      field: place('cpus_per_task'),
      value: each,
    });
  return { cpus: tasks * each, ntasks_per_node: tasks, cpus_per_task: each };
}

/** Any amount was taken there, and none enforced: 0 reserves none here either, less than the least that can be reserved is that. */
function readMemory({ memory_per_node: text = '0' }: ConductorJob): number | undefined {
  const [, amount, unit = ''] = /^(\d+)(.?)$/.exec(text) ?? [];
  const bytes = Number(amount) * parseMemory(`1${unit}`);
  return bytes === 0 ? undefined : Math.min(Math.max(bytes, MIN_MEMORY_BYTES), Number.MAX_SAFE_INTEGER);
}

function readFiles(fields: ConductorJob, place: Place): Pick<JobCreate, 'workdir' | 'stdout' | 'stderr'> {
  const workdir = fields.current_working_directory;
  if (workdir !== undefined && !workdir.startsWith('/')) {
    const field = place('current_working_directory');
    throw new AppError('path_not_allowed', `${field} "${workdir}" must be an absolute path`, { field, value: workdir });
  }
  const inside = (name: 'standard_output' | 'standard_error') =>
    fields[name] === undefined ? undefined : confine(fields[name], { folder: workdir ?? OWN_FOLDER, field: place(name) });
  const [stdout, stderr] = [inside('standard_output'), inside('standard_error')];
  return {
    ...(workdir === undefined ? {} : { workdir }),
    ...(stdout === undefined ? {} : { stdout }),
    ...(stderr === undefined ? {} : { stderr }),
  };
}

/** A path below the folder, relative to it. Links are the runner's to refuse: it sees the node's files. */
function confine(path: string, { folder, field }: { folder: string; field: string }): string {
  const inside = posix.relative(folder, posix.resolve(folder, path));
  if (inside !== '' && inside !== '..' && !inside.startsWith('../')) return inside;
  throw new AppError('path_not_allowed', `${field} "${path}" leads out of current_working_directory: name a file below it`, {
    field,
    value: path,
  });
}

/** Names the field of the body in a refusal of what it holds. */
function refuseAt<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError) throw new AppError(error.code, `${field}: ${error.message}`, { ...error.detail, field, cause: error });
    throw error;
  }
}
