import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { StageEvent, type JsonObject } from '@weir/contract';
import { writeFileAtomic } from '@weir/runtime';
import { Check } from 'typebox/value';
import { StageError } from '../errors.ts';
import type { StageContext } from '../process/stage-context.ts';
import { holdExit } from '../process/stop-on-signal.ts';
import { endLeftoverEngine, forgetEngine, rememberEngine } from './leftover.ts';

export interface EngineRun {
  readonly command: 'build' | 'train' | 'predict';
  readonly spec: JsonObject;
  /** The dataset's directory: one engine at a time works in it. */
  readonly datasetDir: string;
  /** Directory for the spec file. */
  readonly specDir: string;
}

interface EngineEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const STDERR_LINES = 20;

/**
 * Runs the engine program to its end and returns its result. Its events are passed on, its other output goes to ours.
 * An engine that an earlier attempt left behind is ended first. Throws the engine's own error, or `engine_failed`.
 */
export async function runEngine(context: StageContext, run: EngineRun): Promise<JsonObject> {
  const python = context.config.enginePython;
  if (python === undefined) {
    throw new StageError(
      'engine_failed',
      'The engine is not installed on this node: run "npm run setup" in its checkout of Weir and start its runner again (WEIR_ENGINE_PYTHON is not set).',
      { fault: 'system' },
    );
  }
  await endLeftoverEngine(run.datasetDir, context.events);
  context.signal.throwIfAborted();
  mkdirSync(run.specDir, { recursive: true });
  const specFile = join(run.specDir, `engine-${run.command}.json`);
  writeFileAtomic(specFile, `${JSON.stringify(run.spec, null, 2)}\n`);
  const child = spawn(python, ['-m', 'weir_fuxictr', run.command, '--spec', specFile], {
    env: { ...threadSettings(context.config.cpus), ...context.config.childEnv, PYTHONUNBUFFERED: '1', PYTHONSAFEPATH: '1' },
    // Python imports from where it is started: never from a directory that users can write to.
    cwd: run.specDir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    return await follow(context, run, child);
  } finally {
    forgetEngine(run.datasetDir);
  }
}

/**
 * How many threads the engine's libraries use. CTR networks gain little from a second thread per core pair, and threads that wait in a
 * loop stall each other when somebody else needs a core (measured: ten times slower), so OpenMP's wait by sleeping.
 */
function threadSettings(cpus: number): Record<string, string> {
  return { OMP_NUM_THREADS: String(Math.max(1, Math.floor(cpus / 2))), OMP_WAIT_POLICY: 'PASSIVE', POLARS_MAX_THREADS: String(cpus) };
}

async function follow(context: StageContext, run: EngineRun, child: ChildProcess): Promise<JsonObject> {
  if (child.pid !== undefined) rememberEngine(run.datasetDir, child.pid);
  const stop = (): void => void child.kill('SIGTERM');
  context.signal.addEventListener('abort', stop);
  const heard = listen(context, child);
  try {
    const ending = waitForEnd(child);
    holdExit(ending);
    const end = await ending;
    return conclude(run, end, heard);
  } finally {
    context.signal.removeEventListener('abort', stop);
  }
}

interface Heard {
  result: JsonObject | undefined;
  error: Extract<StageEvent, { type: 'error' }> | undefined;
  readonly stderr: string[];
}

/** Reads what the engine says: events are passed on (but not its error and result, which this program reports itself). */
function listen(context: StageContext, child: ChildProcess): Heard {
  const heard: Heard = { result: undefined, error: undefined, stderr: [] };
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the engine has no output');
  createInterface({ input: stdout, crlfDelay: Infinity }).on('line', (line) => {
    const event = parseEvent(line);
    if (event === undefined) {
      if (line.trim() !== '') context.events.log(line.slice(0, 4000), 'DEBUG');
    } else if (event.type === 'result') heard.result = event.data;
    else if (event.type === 'error') heard.error = event;
    else context.events.emit(event);
  });
  createInterface({ input: stderr, crlfDelay: Infinity }).on('line', (line) => {
    process.stderr.write(`${line}\n`);
    heard.stderr.push(line.slice(0, 500));
    if (heard.stderr.length > STDERR_LINES) heard.stderr.shift();
  });
  return heard;
}

function parseEvent(line: string): StageEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return Check(StageEvent, value) ? value : undefined;
  } catch {
    return undefined; // a line that some library printed
  }
}

function waitForEnd(child: ChildProcess): Promise<EngineEnd> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(
        new StageError('engine_failed', `The engine could not be started: ${error.message}. Check WEIR_ENGINE_PYTHON.`, {
          fault: 'system',
          cause: error,
        }),
      ),
    );
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

function conclude(run: EngineRun, end: EngineEnd, heard: Heard): JsonObject {
  if (end.code === 0 && heard.result !== undefined) return heard.result;
  if (heard.error !== undefined) {
    const { code, message, field, value } = heard.error;
    throw new StageError(code, message, { field, value, fault: end.code === 2 ? 'user' : 'system' });
  }
  const how = end.signal === 'SIGKILL' ? 'was killed (SIGKILL), most often for want of memory' : describeEnd(end);
  const last = heard.stderr.length === 0 ? '' : ` Its last words: ${heard.stderr.join('\n')}`;
  throw new StageError('engine_failed', `The engine's ${run.command} ${how}.${last}`, { fault: 'system' });
}

function describeEnd(end: EngineEnd): string {
  return end.signal === null ? `ended with status ${end.code} and no result` : `was ended by ${end.signal}`;
}
