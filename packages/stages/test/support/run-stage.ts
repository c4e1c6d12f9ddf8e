import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StageEvent, type JsonObject, type StageProgram } from '@weir/contract';
import { parseAs } from '../../src/process/read-spec.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));

/** Python of the engine; undefined when it is not installed here. */
export const enginePython = [join(REPOSITORY, 'engines/fuxictr/.venv/bin/python')].find((path) => existsSync(path));
export const engineReason = enginePython === undefined ? ' (skipped: engines/fuxictr/.venv is not installed)' : '';

/** A Weir home with a data root, thrown away by `using`. */
export interface Home extends Disposable {
  readonly home: string;
  readonly data: string;
  /** Environment of the stages started in it, beyond the usual. */
  readonly env: Record<string, string>;
}

export function makeHome(): Home {
  const base = mkdtempSync(join(tmpdir(), 'weir-stages-'));
  const home = join(base, 'home');
  const data = join(base, 'data');
  for (const directory of [home, data]) mkdirSync(directory, { recursive: true });
  return { home, data, env: {}, [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }) };
}

export interface StageRun {
  readonly child: ChildProcess;
  readonly eventsPath: string;
  readonly done: Promise<StageEnd>;
}

export interface StageEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly events: StageEvent[];
  readonly stdout: string;
  readonly stderr: string;
}

let runs = 0;

/** Starts a stage program as the runner does. */
export function startStage(at: Home, program: StageProgram, spec: JsonObject): StageRun {
  const number = ++runs;
  const specPath = join(at.home, `spec-${number}.json`);
  const eventsPath = join(at.home, `events-${number}.jsonl`);
  writeFileSync(specPath, JSON.stringify(spec));
  const limit = at.env['TEST_FILE_LIMIT_KB'];
  const [command, ...args] = [
    ...(limit === undefined ? [] : ['bash', '-c', `ulimit -f ${limit}; exec "$@"`, 'bash']),
    process.execPath,
    MAIN,
    program,
  ];
  const child = spawn(command ?? '', args, {
    env: {
      PATH: process.env['PATH'] ?? '',
      WEIR_STAGE_SPEC: specPath,
      WEIR_EVENTS: eventsPath,
      WEIR_HOME: at.home,
      WEIR_DATA_ROOTS: at.data,
      WEIR_CPUS: '2',
      ...(enginePython === undefined ? {} : { WEIR_ENGINE_PYTHON: enginePython }),
      ...at.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const done = new Promise<StageEnd>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, events: readEvents(eventsPath), stdout, stderr }));
  });
  return { child, eventsPath, done };
}

/** Runs a stage program to its end. */
export async function runStage(at: Home, program: StageProgram, spec: JsonObject): Promise<StageEnd> {
  return await startStage(at, program, spec).done;
}

export function readEvents(path: string): StageEvent[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseAs(StageEvent, JSON.parse(line), { name: `The event ${line}`, code: 'test' }));
}

/** The data of the result event, which must be the last one. */
export function resultOf(end: StageEnd): JsonObject {
  const last = end.events.at(-1);
  if (end.code !== 0 || last?.type !== 'result') throw new Error(`no result (exit ${end.code}): ${end.stderr}\n${JSON.stringify(last)}`);
  return last.data;
}

export function errorOf(end: StageEnd): Extract<StageEvent, { type: 'error' }> | undefined {
  return end.events.find((event) => event.type === 'error');
}

/** Waits until `condition` holds; fails when it does not within 60 seconds. */
export async function waitFor(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 10) {
    if (waited > 60_000) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
