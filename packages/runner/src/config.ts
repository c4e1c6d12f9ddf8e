import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '@weir/contract/protocol';
import { INHERITED_VARIABLES } from './executors/process/job-environment.ts';

/** Everything a runner is told from outside. */
export interface RunnerConfig {
  /** The Weir home: WEIR_HOME. */
  readonly home: string;
  readonly logLevel: string;
  /** WEIR_NODE_NAME; null: the name that the node token was made for. */
  readonly nodeName: string | null;
  /** WEIR_HOST_URL; null: what run/host.json of the home says at each connect. */
  readonly hostUrl: string | null;
  /** JSON {"node","token"}. */
  readonly nodeTokenFile: string;
  /** CPUs that the node offers, WEIR_CPUS; null: those that the runner may use itself. */
  readonly cpus: number | null;
  /** Main file of the stages package; null: this node runs no stages. */
  readonly stagesMain: string | null;
  /** What stage programs get besides the home: WEIR_ENGINE_PYTHON, FUXICTR_ROOT, WEIR_DATA_ROOTS, NODE_COMPILE_CACHE where set. */
  readonly stageEnvironment: Readonly<Record<string, string>>;
  /** Variables of the runner's own environment that jobs see. */
  readonly inheritedEnvironment: Readonly<Record<string, string>>;
  /** PATH of the runner itself: where perl is found. */
  readonly searchPath: string;
}

/** The most that a job may ask for (contract, JobCreate). */
const MAX_CPUS = 65_536;
const STAGE_VARIABLES = ['WEIR_ENGINE_PYTHON', 'FUXICTR_ROOT', 'WEIR_DATA_ROOTS', 'NODE_COMPILE_CACHE'] as const;

/** Reads the runner's configuration from environment variables; empty ones count as unset. */
export function readRunnerConfig(env: Readonly<Record<string, string | undefined>> = process.env): RunnerConfig {
  const read = (name: string): string | null => (env[name] === undefined || env[name] === '' ? null : env[name]);
  const pick = (names: readonly string[]) =>
    Object.fromEntries(names.flatMap((name) => (read(name) === null ? [] : [[name, read(name) ?? '']])));
  const home = resolve(read('WEIR_HOME') ?? join(homedir(), '.weir'));
  return {
    home,
    logLevel: read('WEIR_LOG_LEVEL') ?? 'info',
    nodeName: read('WEIR_NODE_NAME'),
    hostUrl: read('WEIR_HOST_URL'),
    cpus: parseCpus(read('WEIR_CPUS')),
    nodeTokenFile: read('WEIR_NODE_TOKEN_FILE') ?? join(home, 'run', 'node-token'),
    stagesMain: read('WEIR_STAGES_MAIN'),
    stageEnvironment: { WEIR_HOME: home, ...pick(STAGE_VARIABLES) },
    inheritedEnvironment: pick(INHERITED_VARIABLES),
    searchPath: read('PATH') ?? '/usr/local/bin:/usr/bin:/bin',
  };
}

function parseCpus(text: string | null): number | null {
  if (text === null) return null;
  const cpus = Number(text);
  if (Number.isInteger(cpus) && cpus >= 1 && cpus <= MAX_CPUS) return cpus;
  throw new AppError('invalid_input', `WEIR_CPUS=${text} must be a whole number from 1 to ${MAX_CPUS}`, {
    field: 'WEIR_CPUS',
    value: text,
  });
}
