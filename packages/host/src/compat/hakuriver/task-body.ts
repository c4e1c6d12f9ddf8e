import { AppError, type HakuriverSubmit, type JobCreate } from '@weir/contract';
import { toArgv } from './task-command.ts';

/** Reads what a task asks for, its targets aside; throws a refusal for what there is no such thing for here. */
export function toJobCreate(body: HakuriverSubmit): JobCreate {
  refuseContainers(body);
  const memory = body.required_memory_bytes ?? undefined;
  return {
    command: toArgv(body.command, body.arguments ?? []),
    cpus: body.required_cores ?? 1,
    ...(memory === undefined ? {} : { memory_bytes: memory }),
    ...(body.env_vars === undefined || body.env_vars === null ? {} : { env: body.env_vars }),
    ...(body.container_name?.toUpperCase() === 'NULL' ? { executor: 'systemd' as const } : {}),
  };
}

/** GPUs of a task without a target: as many as the ids it lists, on any node. */
export function countGpus(body: HakuriverSubmit): number {
  const lists = body.required_gpus ?? [];
  if (lists.length > 1)
    throw new AppError('invalid_input', `required_gpus has ${lists.length} lists for a task without targets: give one`, {
      field: 'required_gpus',
    });
  return new Set(lists[0]).size;
}

function refuseContainers(body: HakuriverSubmit): void {
  if (body.task_type === 'vps')
    throw new AppError('invalid_input', 'task_type vps: this host has no VPS; submit a command', { field: 'task_type', value: 'vps' });
  const container = body.container_name ?? '';
  if (container !== '' && container.toUpperCase() !== 'NULL') {
    throw new AppError(
      'invalid_input',
      `container_name "${container}": this host runs no containers; leave it out, or give "NULL" for a systemd scope`,
      { field: 'container_name', value: container },
    );
  }
  if (body.privileged === true)
    throw new AppError('invalid_input', 'privileged: this host runs no containers; leave it out', { field: 'privileged', value: true });
  if ((body.additional_mounts ?? []).length > 0)
    throw new AppError('invalid_input', 'additional_mounts: this host runs no containers, tasks see the files of their node', {
      field: 'additional_mounts',
    });
}
