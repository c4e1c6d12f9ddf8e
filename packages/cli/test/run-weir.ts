import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const CACHE = join(tmpdir(), `weir-cli-test-cache-${process.getuid?.() ?? 0}`);

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

/** A running command line. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Outcome>;
  /** What it wrote so far. */
  readonly written: { stdout: string; stderr: string };
  /** Resolves when what it wrote to a stream contains `text`. */
  readonly wrote: (stream: 'stdout' | 'stderr', text: string) => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** Starts the real command line in a process of its own. */
export function startWeir(args: readonly string[], options: RunOptions): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd ?? options.home,
    env: { PATH: process.env['PATH'], TZ: 'UTC', NODE_COMPILE_CACHE: CACHE, WEIR_HOME: options.home, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      for (const watcher of watchers) watcher();
    });
  }
  child.stdin.end(options.input ?? '');
  const ended = new Promise<Outcome>((resolve) => child.once('close', (code, signal) => resolve({ code, signal, ...written })));
  const wrote = (stream: 'stdout' | 'stderr', text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (written[stream].includes(text)) resolve();
      };
      watchers.add(look);
      void ended.then(() => reject(new Error(`ended without writing "${text}" to ${stream}: ${JSON.stringify(written)}`)));
      look();
    });
  return { pid: child.pid ?? 0, ended, written, wrote, kill: (signal) => void child.kill(signal) };
}

/** Runs the real command line to its end. */
export function runWeir(args: readonly string[], options: RunOptions): Promise<Outcome> {
  return startWeir(args, options).ended;
}

/** Runs a shell line in which `weir` is the real command line. */
export async function runShell(line: string, options: RunOptions): Promise<Outcome> {
  const child = spawn('sh', ['-c', `weir() { "$NODE" "$MAIN" "$@"; }; ${line}`], {
    cwd: options.cwd ?? options.home,
    env: { PATH: process.env['PATH'], TZ: 'UTC', NODE_COMPILE_CACHE: CACHE, NODE: process.execPath, MAIN, WEIR_HOME: options.home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text));
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, ...written })));
}
