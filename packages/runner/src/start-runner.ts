import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, type ExecutorKind } from '@weir/contract/protocol';
import {
  createLogger,
  processIsAlive,
  readProcessIdentity,
  readTextIfThere,
  writeFileAtomic,
  type Logger,
  type ProcessIdentity,
} from '@weir/runtime';
import { Agent } from './agent.ts';
import type { RunnerConfig } from './config.ts';
import { AttemptFiles } from './executors/process/attempt-files.ts';
import { AttemptCgroups } from './executors/process/cgroups/attempt-cgroups.ts';
import { findUsableCgroups } from './executors/process/cgroups/cgroup-access.ts';
import type { Containment } from './executors/process/containment.ts';
import { makeBaseEnvironment } from './executors/process/job-environment.ts';
import { stageEventsFile } from './executors/process/job-program.ts';
import { ProcessExecutor } from './executors/process/process-executor.ts';
import { SystemdScopes } from './executors/systemd/systemd-scopes.ts';
import { probeSystemd } from './executors/systemd/systemd-probe.ts';
import { makeNodeFolders, openFoldersToUsers, type NodeFolders } from './node-folders.ts';
import { findDriverTool } from './probes/gpus/driver-tool.ts';
import { GpuWatch } from './probes/gpus/gpu-watch.ts';
import { takeInventory } from './probes/inventory.ts';
import { probeStages } from './probes/stage-programs.ts';
import { UsageSampler } from './probes/usage/usage-sampler.ts';
import { findEndpoint } from './session/endpoint.ts';
import { Session, type SessionPeer } from './session/session.ts';
import { WelcomeFile } from './session/welcome-file.ts';

/** How often the GPUs are measured. */
const GPU_SAMPLE_MS = 5000;

export interface Runner {
  /** True while the host has welcomed this runner. */
  readonly isConnected: boolean;
  /** Ends the session and this runner's own processes; jobs go on and are found again by the next runner of the home. */
  stop(): Promise<void>;
}

/** Starts the runner of a Weir home. Refuses when another one of the same home is alive. */
export async function startRunner(config: RunnerConfig, log: Logger = createLogger('runner', config.logLevel)): Promise<Runner> {
  const folders = makeNodeFolders(config.home);
  const identityFile = join(folders.run, 'runner.json');
  takePlace(identityFile);
  if (config.runAsUser) prepareForUsers(folders);
  const containments = await findContainments(config);
  const gpuTool = findDriverTool(config.searchPath);
  const inventory = await takeInventory(log, {
    cpus: config.cpus,
    address: config.nodeAddress,
    executors: [...Object.values(containments).map(({ report }) => report), await probeStages(config)],
    gpuTool,
  });
  log.info({ executors: inventory.executors }, 'how jobs are executed');
  const gpus =
    inventory.gpus.length === 0 || gpuTool === undefined ? undefined : new GpuWatch({ periodMs: GPU_SAMPLE_MS, tool: gpuTool, log });
  const usage = new UsageSampler(() => gpus?.read() ?? []);
  const files = new AttemptFiles(folders.attempts);
  const executor: ProcessExecutor = new ProcessExecutor({
    folders,
    files,
    log,
    bootId: inventory.bootId,
    nodeName: () => agent.node,
    searchPath: config.searchPath,
    baseEnvironment: makeBaseEnvironment(config.inheritedEnvironment, config.siteFolders),
    containments,
    runAsUser: config.runAsUser,
    stages: { main: config.stagesMain, env: config.stageEnvironment },
    onChange: (id, state) => agent.onChange(id, state),
  });
  const agent: Agent = new Agent({
    inventory,
    folders,
    executor,
    log,
    eventsFile: (id) => stageEventsFile(files.folder(id)),
    sampleUsage: () => usage.sample(),
    link: {
      send: (frame) => session.send(frame),
      sendText: (text) => session.sendText(text),
      sendBinary: (data) => session.sendBinary(data),
    },
  });
  const session: Session = makeSession(config, { folders, peer: agent, log });
  agent.recover();
  session.start();
  return {
    get isConnected() {
      return session.isWelcome;
    },
    stop: async () => {
      await session.stop();
      agent.close();
      await executor.close();
      await gpus?.close();
      rmSync(identityFile, { force: true });
    },
  };
}

function makeSession(config: RunnerConfig, { folders, peer, log }: { folders: NodeFolders; peer: SessionPeer; log: Logger }): Session {
  const welcomeFile = new WelcomeFile(join(folders.node, 'welcome.json'), log);
  return new Session({ findEndpoint: (turn) => findEndpoint(config, turn), hostFolder: folders.run, welcomeFile, peer, log });
}

function prepareForUsers(folders: NodeFolders): void {
  if (process.getuid?.() === 0) openFoldersToUsers(folders);
  else throw new AppError('invalid_input', 'WEIR_RUN_AS_USER=1 needs a runner that is root', { field: 'WEIR_RUN_AS_USER', value: '1' });
}

async function findContainments(config: RunnerConfig): Promise<Record<ExecutorKind, Containment>> {
  const cgroups = findUsableCgroups();
  const systemd = await probeSystemd(config.searchPath);
  return {
    process: new AttemptCgroups(config.home, cgroups),
    systemd: new SystemdScopes(config.home, systemd, cgroups.freezer),
  };
}

function takePlace(identityFile: string): void {
  const other = readIdentity(identityFile);
  if (other !== undefined && other.pid !== process.pid && processIsAlive(other)) {
    throw new AppError('state_conflict', `a runner of this home is alive (process ${other.pid}); stop it first`);
  }
  writeFileAtomic(identityFile, JSON.stringify(readProcessIdentity(process.pid)));
}

function readIdentity(path: string): ProcessIdentity | undefined {
  const value: unknown = JSON.parse(readTextIfThere(path) ?? 'null');
  if (typeof value !== 'object' || value === null || !('pid' in value && 'startTicks' in value)) return undefined;
  return { pid: Number(value.pid), startTicks: Number(value.startTicks) };
}
