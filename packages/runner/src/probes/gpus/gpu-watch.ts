import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { NodeUsage } from '@weir/contract/protocol';
import type { Logger } from '@weir/runtime';
import { GPU_USAGE_FIELDS, parseGpuUsage } from './gpu-usage.ts';

type GpuUsage = NodeUsage['gpus'][number];

export interface GpuWatchOptions {
  readonly periodMs: number;
  /** The path of nvidia-smi. */
  readonly tool: string;
  readonly log: Logger;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** A sample is forgotten when so many periods passed without a newer one. */
const STALE_PERIODS = 4;

/**
 * Follows what the GPUs do by one long-lived nvidia-smi that prints a line per GPU and period: calls cannot pile up, and a driver that
 * hangs costs nothing but its figures. It is started again, ever more rarely, when it ends.
 */
export class GpuWatch {
  readonly #options: GpuWatchOptions;
  readonly #latest = new Map<number, { usage: GpuUsage; at: number }>();
  #child: ChildProcessByStdio<null, Readable, null> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waitMs = FIRST_WAIT_MS;
  #closed = false;

  constructor(options: GpuWatchOptions) {
    this.#options = options;
    this.#spawn();
  }

  /** What each GPU did last, in the order of their indices; one without a recent sample is left out. */
  read(): GpuUsage[] {
    const oldest = performance.now() - STALE_PERIODS * this.#options.periodMs;
    const recent = [...this.#latest.values()].filter(({ at }) => at >= oldest);
    return recent.map(({ usage }) => usage).sort((one, other) => one.index - other.index);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  #spawn(): void {
    const { periodMs, tool, log } = this.#options;
    const args = [`--query-gpu=${GPU_USAGE_FIELDS}`, '--format=csv,noheader,nounits', `--loop-ms=${periodMs}`];
    const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#keep(line);
    });
    child.once('error', (error) => log.warn({ err: error }, 'what the GPUs do cannot be followed'));
    child.once('close', () => this.#respawn());
  }

  #keep(line: string): void {
    const usage = parseGpuUsage(line);
    if (usage === undefined) return;
    this.#waitMs = FIRST_WAIT_MS;
    this.#latest.set(usage.index, { usage, at: performance.now() });
  }

  #respawn(): void {
    this.#child = undefined;
    if (this.#closed) return;
    this.#timer = setTimeout(() => this.#spawn(), this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
  }
}
