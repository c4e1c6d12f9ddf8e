import type { Logger } from './log.ts';

export interface LoopOptions {
  readonly name: string;
  /** Longest time between two runs, ms: repairs what a wake missed. */
  readonly periodMs: number;
  /** Something is due earlier than the period is over: in so many ms; undefined = nothing is. */
  readonly dueInMs?: () => number | undefined;
  /** Looks at the world and acts; takes no input. Runs never overlap. */
  readonly run: () => Promise<void>;
  readonly log: Logger;
}

/**
 * A loop that takes no input. `wake()` means "look again": a wake during a run leads to one more run.
 * A run that throws is logged, shown by `health()`, and tried again at the next wake or period.
 */
export class Loop {
  readonly #options: LoopOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #started = false;
  #failure: string | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  start(): void {
    this.#started = true;
    this.wake();
  }

  /** Ends the loop after the run in progress. */
  async stop(): Promise<void> {
    this.#started = false;
    clearTimeout(this.#timer);
    await this.#running;
  }

  wake(): void {
    if (!this.#started) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#running = this.#runAll();
  }

  /** `ok`, or what the last run died of. */
  health(): string {
    if (!this.#started) return 'stopped';
    return this.#failure ?? 'ok';
  }

  async #runAll(): Promise<void> {
    do {
      this.#again = false;
      try {
        await this.#options.run();
        this.#failure = undefined;
      } catch (error) {
        this.#failure = error instanceof Error ? error.message : String(error);
        this.#options.log.error({ err: error, loop: this.#options.name }, 'loop run failed');
      }
    } while (this.#again && this.#started);
    // In the same turn as the last look at `#again`: a wake that came between the two would be forgotten.
    this.#running = undefined;
    this.#timer = this.#started ? setTimeout(() => this.wake(), this.#chooseDelay()) : undefined;
  }

  #chooseDelay(): number {
    const { periodMs, dueInMs } = this.#options;
    return Math.max(0, Math.min(periodMs, dueInMs?.() ?? periodMs));
  }
}
