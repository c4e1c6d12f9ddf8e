import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { overlay, type Config } from '../config.ts';
import { readMembership } from '../nodes/joined-home.ts';
import { defaultDataRoots } from './data-roots.ts';

/** A process of ours: what to execute and its whole environment. */
export interface Program {
  /** Arguments for Node. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Where the host is to listen; what is absent stays as the host decides. */
export interface Listening {
  readonly listen: string | undefined;
  readonly port: number | undefined;
  /** Variables that flags take the place of. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

/** Variables of the caller's own dealings with a host: no business of ours processes, and secret. */
const CALLERS_OWN = ['WEIR_HOST', 'WEIR_TOKEN', 'WEIR_PORT', 'WEIR_LISTEN'];

/** Processes that live long and hold little: a small young generation keeps some 13 MB from being held for nothing. */
const LEAN = ['--max-semi-space-size=2'];

/** The host of this home. */
export function hostProgram(config: Config, listening: Listening): Program {
  return {
    args: [...LEAN, fileURLToPath(import.meta.resolve('@weir/host/main'))],
    environment: {
      ...sharedEnvironment(config),
      ...(listening.listen === undefined ? {} : { WEIR_LISTEN: listening.listen }),
      ...(listening.port === undefined ? {} : { WEIR_PORT: String(listening.port) }),
      ...Object.fromEntries(
        Object.entries(listening.variables ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
    },
  };
}

/** The runner of this home. */
export function runnerProgram(config: Config): Program {
  return {
    args: [...LEAN, fileURLToPath(import.meta.resolve('@weir/runner/main'))],
    environment: { WEIR_DATA_ROOTS: defaultDataRoots(process.cwd()), ...sharedEnvironment(config), ...joinedHost(config.home) },
  };
}

/** Of a home that joined a host: which one, and under which name its token was made. */
function joinedHost(home: string): Record<string, string> {
  const membership = readMembership(home);
  return membership === undefined ? {} : { WEIR_HOST_URL: membership.hosts.join(','), WEIR_NODE_NAME: membership.node };
}

/** This program itself, called again with other words. */
export function ownProgram(config: Config, words: readonly string[]): Program {
  return {
    args: [fileURLToPath(new URL('../main.ts', import.meta.url)), ...words],
    // The folder we were called in counts as a data root, also for a supervisor that works elsewhere.
    environment: { WEIR_DATA_ROOTS: defaultDataRoots(process.cwd()), ...config.environment, WEIR_HOME: config.home },
  };
}

function sharedEnvironment(config: Config): Record<string, string> {
  const inherited = Object.entries(overlay(config.fileVariables, config.environment)).filter(([name]) => !CALLERS_OWN.includes(name));
  return {
    NODE_COMPILE_CACHE: join(config.home, 'cache', 'node'),
    ...enginePlaces(),
    ...Object.fromEntries(inherited),
    WEIR_HOME: config.home,
  };
}

/** The parts that ship beside this package and that the host and the runner cannot look up themselves. */
function enginePlaces(): Record<string, string> {
  const engine = fileURLToPath(new URL('../../../../engines/fuxictr', import.meta.url));
  const python = join(engine, '.venv', 'bin', 'python');
  return {
    WEIR_STAGES_MAIN: fileURLToPath(import.meta.resolve('@weir/stages/main')),
    ...(existsSync(engine) ? { WEIR_ENGINE_DIR: engine } : {}),
    ...(existsSync(python) ? { WEIR_ENGINE_PYTHON: python } : {}),
  };
}
