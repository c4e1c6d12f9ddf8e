import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@weir/runtime';

const SHIM = fileURLToPath(new URL('../../../shim/weir-shim.pl', import.meta.url));
const RESPAWN_MS = 200;
/** Has the C library look symbols up once in the spawner, not again in each of its forks. */
const BIND_NOW = { LD_BIND_NOW: '1' };

export interface SpawnerOptions {
  readonly fifo: string;
  /** Where perl is looked for. */
  readonly searchPath: string;
  readonly log: Logger;
  /** A spawner is ready: a first one, or one in place of one that ended. Whatever was not claimed must be launched again. */
  readonly onReady: () => void;
  /** There can be no spawner on this machine. */
  readonly onImpossible: (reason: string) => void;
}

/**
 * The one long-lived process that forks a shim per attempt (shim/weir-shim.pl): forking a 5 MB process is several times cheaper than
 * forking the runner or starting an interpreter. It is started again when it ends; it ends by itself when the runner does.
 */
export class Spawner {
  readonly #options: SpawnerOptions;
  #child: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isReady = false;
  #lines = '';
  #closed = false;

  constructor(options: SpawnerOptions) {
    this.#options = options;
    this.#spawn();
  }

  /**
   * Has the attempt of that file started, by a command that ends by executing the shim when there is one. Lost when no spawner is ready,
   * but then `onReady` follows.
   */
  launch(path: string, starter: readonly string[]): void {
    if (!this.#isReady) return;
    if (this.#lines === '') queueMicrotask(() => this.#flush()); // orders that arrive together go in one write
    this.#lines += `${[path, ...starter].join('\0')}\n`;
  }

  /** Ends the spawner; its shims go on. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    await ended;
  }

  #flush(): void {
    if (this.#isReady) this.#child?.stdin.write(this.#lines);
    this.#lines = '';
  }

  #spawn(): void {
    const { log, fifo, searchPath } = this.#options;
    const child = spawn('perl', [SHIM, process.arch, fifo], {
      cwd: '/',
      env: { PATH: searchPath, ...BIND_NOW },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdin.on('error', (error) => log.debug({ err: error }, 'the spawner no longer reads'));
    child.stdout.once('data', () => {
      this.#isReady = true;
      this.#options.onReady();
    });
    child.stderr.setEncoding('utf8').on('data', (text) => log.error({ text }, 'the spawner complains'));
    child.once('error', (error) => this.#options.onImpossible(`perl is needed to start processes: ${error.message}`));
    child.once('exit', (code, signal) => this.#respawn(code, signal));
  }

  #respawn(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined;
    this.#isReady = false;
    if (this.#closed) return;
    this.#options.log.warn({ code, signal }, 'the spawner ended; starting another');
    this.#timer = setTimeout(() => this.#spawn(), RESPAWN_MS);
  }
}
