import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '@weir/contract/protocol';
import { INHERITED_VARIABLES, type SiteFolders } from './executors/process/job-environment.ts';

/** Everything a runner is told from outside. */
export interface RunnerConfig {
  /** The Weir home: WEIR_HOME. */
  readonly home: string;
  readonly logLevel: string;
  /** WEIR_NODE_NAME, NODE_NAME; null: the name that the node token was made for. */
  readonly nodeName: string | null;
  /** WEIR_NODE_ADDRESS, how other nodes reach this one; empty: as the host sees it. */
  readonly nodeAddress: string;
  /** WEIR_HOST_URL, one or several with commas between; empty: what run/host.json of the home says at each connect. */
  readonly hostUrls: readonly string[];
  /** JSON {"node","token"}. */
  readonly nodeTokenFile: string;
  /** CPUs that the node offers, WEIR_CPUS or TOTAL_CPUS; null: those that the runner may use itself. */
  readonly cpus: number | null;
  /** Main file of the stages package; null: this node runs no stages. */
  readonly stagesMain: string | null;
  /** What stage programs get besides the home: WEIR_ENGINE_PYTHON, FUXICTR_ROOT, WEIR_DATA_ROOTS, NODE_COMPILE_CACHE where set. */
  readonly stageEnvironment: Readonly<Record<string, string>>;
  /** WEIR_RUN_AS_USER=1: jobs but stages run as the OS users named like their owners; the runner must be root. */
  readonly runAsUser: boolean;
  /** WEIR_SHARED_DIR or HAKURIVER_SHARED_DIR; WEIR_LOCAL_TEMP_DIR or HAKURIVER_LOCAL_TEMP_DIR, else TMPDIR, else /tmp. */
  readonly siteFolders: SiteFolders;
  /** Variables of the runner's own environment that jobs see. */
  readonly inheritedEnvironment: Readonly<Record<string, string>>;
  /** PATH of the runner itself: where perl is found. */
  readonly searchPath: string;
}

/** The most that a job may ask for (contract, JobCreate). */
const MAX_CPUS = 65_536;
/** As the contract's Inventory has it. */
const ADDRESS = /^[A-Za-z0-9.:_-]{0,255}$/;
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
    nodeName: read('WEIR_NODE_NAME') ?? read('NODE_NAME'),
    nodeAddress: parseAddress(read('WEIR_NODE_ADDRESS') ?? ''),
    hostUrls: (read('WEIR_HOST_URL') ?? '').split(',').flatMap(parseHostUrl),
    cpus: parseCpus('WEIR_CPUS', read('WEIR_CPUS')) ?? parseCpus('TOTAL_CPUS', read('TOTAL_CPUS')),
    runAsUser: parseFlag('WEIR_RUN_AS_USER', read('WEIR_RUN_AS_USER')),
    siteFolders: {
      shared: read('WEIR_SHARED_DIR') ?? read('HAKURIVER_SHARED_DIR'),
      localTemp: read('WEIR_LOCAL_TEMP_DIR') ?? read('HAKURIVER_LOCAL_TEMP_DIR') ?? read('TMPDIR') ?? '/tmp',
    },
    nodeTokenFile: read('WEIR_NODE_TOKEN_FILE') ?? join(home, 'run', 'node-token'),
    stagesMain: read('WEIR_STAGES_MAIN'),
    stageEnvironment: { WEIR_HOME: home, ...pick(STAGE_VARIABLES) },
    inheritedEnvironment: pick(INHERITED_VARIABLES),
    searchPath: read('PATH') ?? '/usr/local/bin:/usr/bin:/bin',
  };
}

function parseCpus(name: string, text: string | null): number | null {
  if (text === null) return null;
  const cpus = Number(text);
  if (Number.isInteger(cpus) && cpus >= 1 && cpus <= MAX_CPUS) return cpus;
  return refuse(name, text, `must be a whole number from 1 to ${MAX_CPUS}`);
}

function parseAddress(text: string): string {
  return ADDRESS.test(text) ? text : refuse('WEIR_NODE_ADDRESS', text, 'must be a host name or an IP address');
}

function parseHostUrl(part: string): string[] {
  const url = part.trim();
  if (url === '') return [];
  if (URL.canParse(url) && /^(https?|wss?):$/.test(new URL(url).protocol)) return [url];
  return refuse('WEIR_HOST_URL', url, 'must be URLs that begin with http:// or https://, with commas between');
}

function parseFlag(name: string, text: string | null): boolean {
  if (text === null || text === '0') return false;
  return text === '1' || refuse(name, text, 'must be 1 or 0');
}

function refuse(field: string, value: string, rule: string): never {
  throw new AppError('invalid_input', `${field}=${value} ${rule}`, { field, value });
}
