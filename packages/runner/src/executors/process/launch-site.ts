import type { ExecutorKind, Launch } from '@weir/contract/protocol';
import { jobFolder, outputFile, type NodeFolders } from '../../node-folders.ts';
import type { AttemptId } from '../executor.ts';
import type { AttemptFiles } from './attempt-files.ts';
import type { Containment } from './containment.ts';
import { makeJobEnvironment, withoutLogin } from './job-environment.ts';
import { writeProgram, type StageRuntime } from './job-program.ts';
import type { ShimLaunch } from './launch-file.ts';
import { placeOutput } from './output-path.ts';

/** What is the same for all attempts of this node. */
export interface LaunchSite {
  readonly folders: NodeFolders;
  readonly files: AttemptFiles;
  readonly bootId: string;
  /** The name that jobs see as WEIR_NODE. */
  readonly nodeName: () => string;
  readonly baseEnvironment: Readonly<Record<string, string>>;
  readonly stages: StageRuntime;
  /** How each kind of executor holds its attempts. */
  readonly containments: Readonly<Record<ExecutorKind, Containment>>;
  /** Jobs run as the OS users named like their owners; stages, which are programs of ours, as the runner's. */
  readonly runAsUser: boolean;
}

/** Makes what an attempt needs besides its file, and says what goes into that. Throws what a user may read. */
export function prepareLaunch(site: LaunchSite, id: AttemptId, launch: Launch): ShimLaunch {
  const containment = site.containments[launch.executor];
  const { kind, usable, notes } = containment.report;
  if (!usable) throw new Error(`${kind} is not usable on this node: ${notes.join('; ')}`);
  const node = site.nodeName();
  const ofJob = jobFolder(site.folders, id.jobId);
  const own = { stdout: outputFile(site.folders, id, 'stdout'), stderr: outputFile(site.folders, id, 'stderr') };
  const output = placeOutput(launch, { id, node, own });
  const program = writeProgram(site.files.folder(id), launch, site.stages);
  const osUser = site.runAsUser && launch.program.kind !== 'stage' ? launch.user : null;
  const base = osUser === null ? site.baseEnvironment : withoutLogin(site.baseEnvironment);
  return {
    bootId: site.bootId,
    kind: launch.program.kind,
    executor: launch.executor,
    jobFolder: ofJob,
    workdir: launch.workdir,
    output,
    osUser,
    timeLimitMs: launch.timeLimitMs,
    graceMs: launch.graceMs,
    memoryBytes: launch.memoryBytes,
    placement: containment.place(id, launch),
    argv: program.argv,
    env: { ...makeJobEnvironment(base, { id, launch, node, folder: ofJob }), ...program.env },
  };
}
