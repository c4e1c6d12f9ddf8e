import { basename } from 'node:path';
import { AppError, type JobCreate, type Program } from '@weir/contract';
import type { NewJob } from '../store/schema.ts';

/** From TERM to KILL when nothing else is asked for. */
export const DEFAULT_GRACE_MS = 10_000;

/** What every new job has, whoever asks for it. */
export interface JobRequest {
  readonly kind: NewJob['kind'];
  readonly name: string;
  readonly user: string;
  readonly program: Program;
  readonly cpus: number;
  readonly gpus?: number;
  readonly requeue?: boolean;
  readonly workflow?: { readonly id: number; readonly stage: string };
}

/** Makes the row of a job that has not run. */
export function makeJobRow(request: JobRequest): NewJob {
  return {
    kind: request.kind,
    name: request.name,
    user: request.user,
    state: 'pending',
    attempt: 0,
    node: null,
    cpus: request.cpus,
    memory_bytes: null,
    gpus: request.gpus ?? 0,
    gpu_ids: '[]',
    priority: 0,
    time_limit_ms: null,
    grace_ms: DEFAULT_GRACE_MS,
    requeue: request.requeue === true ? 1 : 0,
    program: JSON.stringify(request.program),
    env: '{}',
    workdir: null,
    comment: null,
    submitted_at: Date.now(),
    started_at: null,
    ended_at: null,
    outcome: null,
    exit_code: null,
    exit_signal: null,
    error_message: null,
    stop_by: null,
    events_offset: 0,
    workflow_id: request.workflow?.id ?? null,
    stage: request.workflow?.stage ?? null,
    batch_id: null,
    array: null,
    array_id: null,
    array_index: null,
    begin_at: null,
    master_port: null,
  };
}

/** Makes the row of a job that a user asked for; throws `invalid_input` unless it names one program. */
export function makeUserJobRow(user: string, create: JobCreate): NewJob {
  const program = readProgram(create);
  const row = makeJobRow({
    kind: program.kind === 'script' ? 'script' : 'command',
    name: create.name ?? defaultName(program),
    user,
    program,
    cpus: create.cpus ?? 1,
    gpus: create.gpus ?? 0,
    requeue: create.requeue ?? false,
  });
  return {
    ...row,
    memory_bytes: create.memory_bytes ?? null,
    priority: create.priority ?? 0,
    time_limit_ms: create.time_limit_ms ?? null,
    grace_ms: create.grace_ms ?? DEFAULT_GRACE_MS,
    env: JSON.stringify(create.env ?? {}),
    workdir: create.workdir ?? null,
    comment: create.comment ?? null,
  };
}

function readProgram(create: JobCreate): Program {
  if (create.command !== undefined && create.script === undefined) {
    if (create.args !== undefined) throw new AppError('invalid_input', 'args go with a script: put them into command', { field: 'args' });
    if (create.command[0]?.trim() === '')
      throw new AppError('invalid_input', 'command[0] is empty: name a program', { field: 'command', value: '' });
    return { kind: 'command', argv: create.command };
  }
  if (create.script !== undefined && create.command === undefined) return { kind: 'script', text: create.script, args: create.args ?? [] };
  throw new AppError('invalid_input', 'give exactly one of command and script', { field: 'command' });
}

function defaultName(program: Program): string {
  if (program.kind !== 'command') return 'script';
  const name = basename(program.argv[0] ?? '')
    .replace(/[\u0000-\u001f]/g, ' ')
    .slice(0, 255);
  return name === '' ? 'command' : name;
}
