import { AppError, type JobCreate } from '@weir/contract';

/** Most CPUs that a job may ask of one node, as the contract has it for `cpus`. */
const MAX_CPUS = 65_536;

/** CPUs per node: as asked, or what the tasks take, or one; throws `invalid_input` when the two contradict each other. */
export function readCpus(create: JobCreate): number {
  const { cpus, ntasks_per_node: tasks, cpus_per_task: perTask } = create;
  if (tasks === undefined && perTask === undefined) return cpus ?? 1;
  const wanted = (tasks ?? 1) * (perTask ?? 1);
  if (wanted > MAX_CPUS)
    throw new AppError('invalid_input', `ntasks_per_node x cpus_per_task is ${wanted}: at most ${MAX_CPUS} CPUs a node`, {
      field: 'cpus_per_task',
      value: perTask ?? 1,
    });
  const isContradiction = cpus !== undefined && (tasks !== undefined && perTask !== undefined ? cpus !== wanted : cpus < wanted);
  if (isContradiction)
    throw new AppError(
      'invalid_input',
      `cpus is ${cpus}, but ntasks_per_node x cpus_per_task is ${wanted}: leave cpus out, or make them agree`,
      { field: 'cpus', value: cpus },
    );
  return cpus ?? wanted;
}

/** GPUs per node: as asked, or those that the target names, or one of the type or size asked for; throws `invalid_input`. */
export function readGpus(create: JobCreate): number {
  const ids = create.target?.gpu_ids;
  if (ids !== undefined && create.gpus !== undefined && create.gpus !== ids.length)
    throw new AppError('invalid_input', `gpus is ${create.gpus}, but the target names ${ids.length}: leave gpus out`, {
      field: 'gpus',
      value: create.gpus,
    });
  const describesGpu = create.gpu_type !== undefined || create.gpu_memory_bytes !== undefined;
  if (describesGpu && create.gpus === 0)
    throw new AppError('invalid_input', 'gpus is 0, but a type or memory of GPUs is asked for: ask for one or leave them out', {
      field: 'gpus',
      value: 0,
    });
  return create.gpus ?? ids?.length ?? (describesGpu ? 1 : 0);
}

/** Throws `invalid_input` for a gang that shall run at one place. */
export function checkNodes(create: JobCreate): void {
  if (create.target === undefined || (create.nodes ?? 1) === 1) return;
  throw new AppError('invalid_input', `a target is one node, but nodes is ${create.nodes}: leave one of them out`, {
    field: 'nodes',
    value: create.nodes,
  });
}
