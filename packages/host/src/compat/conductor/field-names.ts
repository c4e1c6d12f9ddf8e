import { AppError, type ConductorJob, type ConductorSubmit, type JobCreate } from '@weir/contract';

/** What our fields are called there. */
const THEIR_NAMES: Partial<Record<keyof JobCreate, keyof ConductorJob>> = {
  cpus: 'cpus_per_task',
  memory_bytes: 'memory_per_node',
  time_limit_ms: 'time_limit',
  workdir: 'current_working_directory',
  stdout: 'standard_output',
  stderr: 'standard_error',
  env: 'environment',
  account: 'account',
  partition: 'partition',
  name: 'name',
};

/** Where a field stands in a body: `job.time_limit`, or `time_limit` in the flat form. */
export function placeOf(body: ConductorSubmit, name: keyof ConductorJob): string {
  return body.job === undefined ? name : `job.${name}`;
}

/** Lets a refusal of one of our fields name the field of the body that it came from. */
export async function inTheirFields<T>(body: ConductorSubmit, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const name = error instanceof AppError ? Object.entries(THEIR_NAMES).find(([ours]) => ours === error.detail.field)?.[1] : undefined;
    if (!(error instanceof AppError) || name === undefined) throw error;
    const field = placeOf(body, name);
    throw new AppError(error.code, `${field}: ${error.message}`, { ...error.detail, field, cause: error });
  }
}
