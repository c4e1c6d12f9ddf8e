import { userInfo } from 'node:os';
import type { Launch } from '@weir/contract/protocol';
import type { AttemptId } from '../executor.ts';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Variables of the runner's own environment that jobs may see; all others stay with the runner. */
export const INHERITED_VARIABLES = ['LANG', 'TMPDIR'] as const;

/** What a job finds in its environment before the user's own variables: that of a fresh login, never the service's. */
export function makeBaseEnvironment(inherited: Readonly<Record<string, string>>): Record<string, string> {
  const user = userInfo();
  return {
    PATH: DEFAULT_PATH,
    HOME: user.homedir,
    USER: user.username,
    LOGNAME: user.username,
    SHELL: user.shell ?? '/bin/sh',
    LANG: 'C.UTF-8',
    ...inherited,
  };
}

/** The exact environment of an attempt: base, then the user's variables, then ours. */
export function makeJobEnvironment(
  base: Readonly<Record<string, string>>,
  job: { id: AttemptId; launch: Launch; node: string; folder: string },
): Record<string, string> {
  const { id, launch } = job;
  const gpus = launch.gpuIds.join(',');
  return {
    ...base,
    ...launch.env,
    WEIR_JOB_ID: String(id.jobId),
    WEIR_JOB_NAME: launch.name,
    WEIR_JOB_DIR: job.folder,
    WEIR_ATTEMPT: String(id.attempt),
    WEIR_NODE: job.node,
    WEIR_CPUS: String(launch.cpus),
    WEIR_GPUS: gpus,
    CUDA_VISIBLE_DEVICES: gpus,
  };
}
