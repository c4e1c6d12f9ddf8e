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

/** A run that failed is tried again after this time even where the period is longer: what failed it may be over. */
const RETRY_MS = 5_000;

/**
 * A loop that takes no input. `wake()` means "look again": a wake during a run leads to one more run.
 * A run that throws is logged, shown by `health()`, and tried again at the next wake or period, after 5 s at most.
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
        this.#fail(error);
      }
    } while (this.#again && this.#started);
    // In the same turn as the last look at `#again`: a wake that came between the two would be forgotten.
    this.#running = undefined;
    this.#timer = this.#started ? setTimeout(() => this.wake(), this.#chooseDelay()) : undefined;
  }

  #chooseDelay(): number {
    const { periodMs, dueInMs } = this.#options;
    const retryMs = this.#failure === undefined ? periodMs : RETRY_MS;
    return Math.max(0, Math.min(periodMs, retryMs, dueInMs?.() ?? periodMs));
  }

  /** The same failure again and again is one line of the log. */
  #fail(error: unknown): void {
    const { name, log } = this.#options;
    const failure = error instanceof Error ? error.message : String(error);
    if (failure === this.#failure) log.debug({ loop: name, failure }, 'loop run failed again');
    else log.error({ err: error, loop: name }, 'loop run failed');
    this.#failure = failure;
  }
}
