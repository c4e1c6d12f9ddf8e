import { userInfo } from 'node:os';
import type { Gang, Launch } from '@weir/contract/protocol';
import type { AttemptId } from '../executor.ts';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Variables of the runner's own environment that jobs may see; all others stay with the runner. */
export const INHERITED_VARIABLES = ['LANG', 'TMPDIR'] as const;

/** Folders of the node that jobs written for HakuRiver ask for. */
export interface SiteFolders {
  readonly localTemp: string;
  /** The same on all nodes; null: there is none. */
  readonly shared: string | null;
}

/** What a job finds in its environment before the user's own variables: that of a fresh login, never the service's. */
export function makeBaseEnvironment(inherited: Readonly<Record<string, string>>, site: SiteFolders): Record<string, string> {
  const user = userInfo();
  return {
    PATH: DEFAULT_PATH,
    HOME: user.homedir,
    USER: user.username,
    LOGNAME: user.username,
    SHELL: user.shell ?? '/bin/sh',
    LANG: 'C.UTF-8',
    ...inherited,
    HAKURIVER_LOCAL_TEMP_DIR: site.localTemp,
    ...(site.shared === null ? undefined : { HAKURIVER_SHARED_DIR: site.shared }),
  };
}

const LOGIN = new Set(['HOME', 'USER', 'LOGNAME', 'SHELL']);

/** A base for a job that runs as another user: the shim adds who that is. */
export function withoutLogin(base: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(base).filter(([name]) => !LOGIN.has(name)));
}

/** The exact environment of an attempt: base, where to meet, the user's variables, then ours. */
export function makeJobEnvironment(
  base: Readonly<Record<string, string>>,
  job: { id: AttemptId; launch: Launch; node: string; folder: string },
): Record<string, string> {
  const { id, launch } = job;
  const { gang } = launch;
  const gpus = launch.gpuIds.join(',');
  return {
    ...base,
    ...(gang.nodes.length > 1 ? describeMeeting(gang, launch.gpuIds.length) : undefined),
    ...launch.env,
    WEIR_JOB_ID: String(id.jobId),
    WEIR_JOB_NAME: launch.name,
    WEIR_JOB_DIR: job.folder,
    WEIR_ATTEMPT: String(id.attempt),
    WEIR_NODE: job.node,
    WEIR_CPUS: String(launch.cpus),
    WEIR_GPUS: gpus,
    WEIR_NODES: gang.nodes.map(({ name }) => name).join(','),
    WEIR_NNODES: String(gang.nodes.length),
    WEIR_NODE_RANK: String(gang.rank),
    WEIR_TASKS_PER_NODE: String(gang.tasksPerNode),
    WEIR_CPUS_PER_TASK: String(gang.cpusPerTask),
    ...(launch.array === null ? undefined : { WEIR_ARRAY_ID: String(launch.array.id), WEIR_ARRAY_INDEX: String(launch.array.index) }),
    CUDA_VISIBLE_DEVICES: gpus,
    HAKURIVER_TASK_ID: String(id.jobId),
    ...(launch.numa === null ? undefined : { HAKURIVER_TARGET_NUMA_NODE: String(launch.numa) }),
  };
}

/** Where the nodes of a gang meet: for torch.distributed, and as the defaults of torchrun (`PET_...`). */
function describeMeeting(gang: Gang, gpus: number): Record<string, string> {
  const master = gang.nodes[0];
  const address = master === undefined || master.address === '' ? (master?.name ?? '') : master.address;
  const port = String(gang.masterPort);
  return {
    MASTER_ADDR: address,
    MASTER_PORT: port,
    PET_NNODES: String(gang.nodes.length),
    PET_NODE_RANK: String(gang.rank),
    PET_MASTER_ADDR: address,
    PET_MASTER_PORT: port,
    PET_NPROC_PER_NODE: String(gpus > 0 ? gpus : gang.tasksPerNode),
  };
}
