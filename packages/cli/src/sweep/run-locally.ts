import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { note, paintNote } from '../output/terminal.ts';

/** One combination of a sweep. */
export interface Run {
  /** As a person would type it. */
  readonly shown: string;
  readonly command: readonly string[];
}

/** How a run ended. */
export interface RunEnd {
  readonly run: string;
  /** Of the process; 128+n for signal n, 127 when it could not be started, null when it was not started. */
  readonly exit_code: number | null;
  readonly seconds: number;
}

/** How runs are run. */
export interface LocalRuns {
  /** Most at once. */
  readonly parallel: number;
  /** Standard output of the runs: ours, or our standard error when ours is for something else. */
  readonly output: 'inherit' | 2;
  readonly env: Readonly<Record<string, string>>;
}

const NOT_STARTED_EXIT = 127;
const SIGNAL_EXIT = 128;
const STOPS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs every combination in order, some at once, on past failures; after Ctrl-C or SIGTERM starts no more and ends those that run. */
export async function runLocally(runs: readonly Run[], how: LocalRuns): Promise<{ ends: RunEnd[]; stoppedBy: NodeJS.Signals | undefined }> {
  const ends: RunEnd[] = runs.map((run) => ({ run: run.shown, exit_code: null, seconds: 0 }));
  const children = new Set<ChildProcess>();
  let stoppedBy: NodeJS.Signals | undefined;
  const stop = (signal: NodeJS.Signals) => {
    stoppedBy ??= signal;
    for (const child of children) child.kill(signal);
  };
  for (const signal of STOPS) process.on(signal, stop);
  let next = 0;
  const work = async () => {
    for (let place = next++; place < runs.length && stoppedBy === undefined; place = next++) {
      const run = runs[place];
      if (run === undefined) return;
      ends[place] = await runOne(run, how, children);
      tellFailure(ends[place]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(how.parallel, runs.length) }, work));
  for (const signal of STOPS) process.off(signal, stop);
  return { ends, stoppedBy };
}

function runOne({ shown, command }: Run, how: LocalRuns, children: Set<ChildProcess>): Promise<RunEnd> {
  const [program = '', ...args] = command;
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ['inherit', how.output, 'inherit'], env: how.env });
  children.add(child);
  return new Promise((resolve) => {
    const end = (exit_code: number) => {
      children.delete(child);
      resolve({ run: shown, exit_code, seconds: Math.round(performance.now() - startedAt) / 1000 });
    };
    child.once('error', (error) => {
      note(`${paintNote('red', 'weir:')} ${program}: ${error.message}`);
      end(NOT_STARTED_EXIT);
    });
    child.once('exit', (code, signal) => end(code ?? SIGNAL_EXIT + (signal === null ? 0 : constants.signals[signal])));
  });
}

function tellFailure(end: RunEnd | undefined): void {
  if (end === undefined || end.exit_code === 0) return;
  note(`${paintNote('yellow', 'weir:')} exit code ${end.exit_code ?? 0}: ${end.run}`);
}
