import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@weir/contract/protocol';
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
import { findUsableCgroups } from './executors/process/cgroups/attempt-cgroups.ts';
import { makeBaseEnvironment } from './executors/process/job-environment.ts';
import { stageEventsFile } from './executors/process/job-program.ts';
import { ProcessExecutor } from './executors/process/process-executor.ts';
import { makeNodeFolders } from './node-folders.ts';
import { takeInventory } from './probes/inventory.ts';
import { findEndpoint } from './session/endpoint.ts';
import { Session } from './session/session.ts';

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
  const inventory = await takeInventory(log, config.cpus);
  const cgroups = findUsableCgroups();
  log.info({ memory: cgroups.memory ?? 'watched', freezer: cgroups.freezer ?? 'signals' }, 'how memory is limited and jobs are paused');
  const files = new AttemptFiles(folders.attempts);
  const executor: ProcessExecutor = new ProcessExecutor({
    folders,
    files,
    log,
    bootId: inventory.bootId,
    nodeName: () => agent.node,
    searchPath: config.searchPath,
    baseEnvironment: makeBaseEnvironment(config.inheritedEnvironment),
    cgroups,
    stages: { main: config.stagesMain, env: config.stageEnvironment },
    onChange: (id, state) => agent.onChange(id, state),
  });
  const agent: Agent = new Agent({
    inventory,
    folders,
    executor,
    log,
    eventsFile: (id) => stageEventsFile(files.folder(id)),
    link: {
      send: (frame) => session.send(frame),
      sendText: (text) => session.sendText(text),
      sendBinary: (data) => session.sendBinary(data),
    },
  });
  const session: Session = new Session({ findEndpoint: () => findEndpoint(config), hostFolder: folders.run, peer: agent, log });
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
      rmSync(identityFile, { force: true });
    },
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
