import type { Event, EventType } from '@weir/contract';
import { Histogram } from './core/histogram.ts';
import type { Metric, Sample } from './core/text-format.ts';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

/** What happens to jobs, and the name it is counted under. */
const COUNTED = new Map<EventType, string>([
  ['job.submitted', 'submitted'],
  ['job.starting', 'placed'],
  ['job.started', 'started'],
  ['job.requeued', 'requeued'],
  ['job.preempting', 'preempted'],
]);

/** Counts and times since this process began. */
export class Meters {
  readonly #events = new Map<string, number>([...COUNTED.values()].map((name) => [name, 0]));
  readonly #ends = new Map<string, number>();
  readonly #passSeconds = new Histogram(SECONDS);
  readonly #commitSeconds = new Histogram(SECONDS);
  readonly #commitSizes = new Histogram(SIZES);
  #placements = 0;

  /** Takes what was committed, here or by another host. */
  countEvents(events: readonly Event[]): void {
    for (const { type, data } of events) {
      const name = COUNTED.get(type);
      if (name !== undefined) increment(this.#events, name);
      if (type === 'job.ended') increment(this.#ends, typeof data['state'] === 'string' ? data['state'] : 'unknown');
    }
  }

  /** Takes one pass of the scheduler. */
  countPass(pass: { readonly ms: number; readonly starts: number }): void {
    this.#passSeconds.observe(pass.ms / 1000);
    this.#placements += pass.starts;
  }

  /** Takes one commit and how many operations shared it. */
  countCommit(commit: { readonly ms: number; readonly operations: number }): void {
    this.#commitSeconds.observe(commit.ms / 1000);
    this.#commitSizes.observe(commit.operations);
  }

  read(): Metric[] {
    return [
      counter('weir_job_events_total', 'What happened to jobs since this host heard of it', byLabel('event', this.#events)),
      counter('weir_jobs_ended_total', 'Jobs that ended, by the state they ended in', byLabel('state', this.#ends)),
      histogram('weir_scheduler_pass_seconds', 'How long passes of the scheduler took', this.#passSeconds),
      counter('weir_scheduler_placements_total', 'Starts that passes of the scheduler planned', [{ value: this.#placements }]),
      histogram('weir_store_commit_seconds', 'How long commits took, fsync included', this.#commitSeconds),
      histogram('weir_store_commit_operations', 'Operations that shared a commit', this.#commitSizes),
    ];
  }
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function byLabel(label: string, counts: ReadonlyMap<string, number>): Sample[] {
  return [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, type: 'counter', samples };
}

function histogram(name: string, help: string, observed: Histogram): Metric {
  return { name, help, type: 'histogram', samples: observed.samples() };
}
