import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type Client, type JobCreate } from '@weir/contract/client';
import { SCRIPTED_FAILURE } from '../history/checker.ts';
import { markedScript } from '../history/marks.ts';
import type { Random } from '../world/random.ts';

export interface WorkloadOptions {
  readonly client: () => Client;
  readonly random: Random;
  /** Where programs write down when they ran. */
  readonly marks: string;
  /** Found in the environment of every process of this run. */
  readonly tag: string;
  readonly jobsPerSecond: number;
}

/** How often a submit that was not answered is sent again under its key, and how long it waits before each time. */
const REPEATS = 60;
const REPEAT_MS = 1_000;

/** Submits jobs of many kinds without a pause and keeps what was acknowledged. */
export class Workload {
  readonly acknowledged: number[] = [];
  /** Requests that were refused or never answered, by why. */
  readonly failures: Record<string, number> = {};
  /** Submits that were answered when they were sent again. */
  repeated = 0;
  readonly #options: WorkloadOptions;
  #running: Promise<void> | undefined;
  #over = false;
  #submits = 0;

  constructor(options: WorkloadOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const under = new Set<Promise<void>>();
    while (!this.#over) {
      const one = this.#submit().finally(() => under.delete(one));
      under.add(one);
      await delay(1000 / this.#options.jobsPerSecond);
      if (under.size > 64) await Promise.race(under);
    }
    await Promise.all(under);
  }

  /** A submit under a name of its own, until it is answered: it may have been stored each time. */
  async #submit(): Promise<void> {
    const name = `chaos-${this.#submits++}`;
    const call = { body: { ...this.#makeBody(), name }, headers: { 'idempotency-key': randomUUID() } };
    for (let sent = 0; sent <= REPEATS; sent += 1) {
      if (sent > 0) await delay(REPEAT_MS);
      try {
        const job = await this.#options.client().jobCreate(call);
        this.acknowledged.push(job.job_id);
        if (sent > 0) this.repeated += 1;
        return;
      } catch (error) {
        const why = error instanceof AppError ? error.code : error instanceof Error ? error.name : 'unknown';
        this.failures[why] = (this.failures[why] ?? 0) + 1;
      }
    }
  }

  #makeBody(): JobCreate {
    const { random, marks, tag } = this.#options;
    const seconds = random.between(0, 3);
    const code = random.chance(0.05) ? SCRIPTED_FAILURE : 0;
    const plain: JobCreate = {
      script: markedScript(marks, { seconds, code }),
      cpus: random.whole(1, 4),
      env: { WEIR_CHAOS: tag },
      grace_ms: 1_000,
      ...(random.chance(0.3) ? { requeue: true } : {}),
      ...(random.chance(0.3) ? { memory_bytes: random.whole(16, 256) * 1024 * 1024 } : {}),
      ...(random.chance(0.5) ? { time_limit_ms: 60_000 } : {}),
    };
    const kind = random.next();
    if (kind < 0.06) return { ...plain, nodes: 2, cpus: 2 };
    if (kind < 0.1) return { ...plain, array: '1-3%2', cpus: 1 };
    if (kind < 0.25) return { ...plain, gpus: 1 };
    return plain;
  }
}
