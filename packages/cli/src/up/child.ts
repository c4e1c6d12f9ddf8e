import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { openLog } from './log-file.ts';
import type { Program } from './programs.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** A process that lived this long had started well: the next pause is short again. */
const SETTLED_MS = 10_000;
const STOP_GRACE_MS = 10_000;

export interface ChildOptions {
  readonly name: string;
  readonly logPath: string;
  readonly cwd: string;
  /** What to execute; asked anew before each start. */
  readonly program: () => Program;
  /** Called after each end that nobody asked for, before it is started again after `pauseMs`. */
  readonly onDeath: (death: Death) => void;
}

export interface Death {
  readonly name: string;
  /** `exit code 1`, `signal SIGKILL`. */
  readonly how: string;
  readonly exitCode: number | null;
  readonly pauseMs: number;
  /** Ends in a row without a life of some length between them. */
  readonly count: number;
}

/**
 * One process that is started again when it ends, until it is stopped.
 * Runs in its own session, so that a Ctrl-C at our terminal does not reach it: who stops it, and when, is decided here.
 */
export class Child {
  readonly #options: ChildOptions;
  #process: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #wanted = false;
  #deaths = 0;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  start(): void {
    this.#wanted = true;
    this.#launch();
  }

  /** Asks the process to end, ends it after some seconds, and starts it no more. */
  async stop(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#process?.kill('SIGTERM');
    const force = setTimeout(() => this.kill(), STOP_GRACE_MS);
    await this.#ended;
    clearTimeout(force);
  }

  /** Ends the process at once and starts it no more. */
  kill(): void {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#process?.kill('SIGKILL');
  }

  #launch(): void {
    const { args, environment } = this.#options.program();
    const startedAt = Date.now();
    const log = openLog(this.#options.logPath);
    const child = spawn(process.execPath, args, { cwd: this.#options.cwd, env: environment, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    this.#process = child;
    this.#ended = new Promise((resolve) => {
      const end = (how: string, exitCode: number | null) => {
        this.#process = undefined;
        resolve();
        this.#afterEnd({ how, exitCode }, Date.now() - startedAt);
      };
      child.once('error', (error) => end(error.message, null));
      child.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`, code));
    });
  }

  #afterEnd(end: Pick<Death, 'how' | 'exitCode'>, livedMs: number): void {
    if (!this.#wanted) return;
    this.#deaths = livedMs > SETTLED_MS ? 1 : this.#deaths + 1;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#deaths - 1));
    this.#timer = setTimeout(() => this.#launch(), pauseMs);
    this.#options.onDeath({ name: this.#options.name, ...end, pauseMs, count: this.#deaths });
  }
}
