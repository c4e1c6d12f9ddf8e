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

/** Submits jobs of many kinds without a pause and keeps what was acknowledged. */
export class Workload {
  readonly acknowledged: number[] = [];
  /** Submits that were refused or never answered, by why: the job may be there or not. */
  readonly failures: Record<string, number> = {};
  readonly #options: WorkloadOptions;
  #running: Promise<void> | undefined;
  #over = false;

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

  async #submit(): Promise<void> {
    try {
      const job = await this.#options.client().jobCreate({ body: this.#makeBody() });
      this.acknowledged.push(job.job_id);
    } catch (error) {
      const why = error instanceof AppError ? error.code : error instanceof Error ? error.name : 'unknown';
      this.failures[why] = (this.failures[why] ?? 0) + 1;
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
