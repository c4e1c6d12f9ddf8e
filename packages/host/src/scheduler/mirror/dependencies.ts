import { JOB_STATE_RULES, type DependencyKind } from '@weir/contract';
import type { StoredDependency } from './mirror-store.ts';

/** Who waits for whose end. */
export class Dependencies {
  /** Waiting job to those that it still waits for. */
  readonly #unmet = new Map<number, ReadonlySet<number>>();
  /** The same the other way round. */
  readonly #dependants = new Map<number, Set<number>>();
  /** Jobs with a dependency that can never be met, and why. */
  readonly #hopeless = new Map<number, string>();

  /** Takes all dependencies of these jobs as the store has them now; what was known of them is replaced. */
  set(jobIds: Iterable<number>, dependencies: readonly StoredDependency[]): void {
    for (const id of jobIds) this.drop(id);
    for (const [jobId, own] of Map.groupBy(dependencies, (dependency) => dependency.jobId)) this.#setOne(jobId, own);
  }

  drop(jobId: number): void {
    this.#hopeless.delete(jobId);
    for (const on of this.#unmet.get(jobId) ?? []) {
      const waiting = this.#dependants.get(on);
      waiting?.delete(jobId);
      if (waiting?.size === 0) this.#dependants.delete(on);
    }
    this.#unmet.delete(jobId);
  }

  isBlocked(jobId: number): boolean {
    return this.#unmet.has(jobId) || this.#hopeless.has(jobId);
  }

  /** The jobs that it waits for. */
  unmet(jobId: number): number[] {
    return [...(this.#unmet.get(jobId) ?? [])];
  }

  dependantsOf(jobId: number): Iterable<number> {
    return this.#dependants.get(jobId) ?? [];
  }

  /** Jobs that can never start, with the reason for people. */
  get hopeless(): ReadonlyMap<number, string> {
    return this.#hopeless;
  }

  #setOne(jobId: number, own: readonly StoredDependency[]): void {
    const lost = own.find((dependency) => judge(dependency) === 'never');
    if (lost !== undefined) this.#hopeless.set(jobId, describeLoss(lost));
    const unmet = new Set(own.filter((dependency) => judge(dependency) === 'open').map((dependency) => dependency.onJobId));
    if (unmet.size === 0) return;
    this.#unmet.set(jobId, unmet);
    for (const on of unmet) {
      const waiting = this.#dependants.get(on);
      if (waiting === undefined) this.#dependants.set(on, new Set([jobId]));
      else waiting.add(jobId);
    }
  }
}

const MET: Record<DependencyKind, (completed: boolean) => boolean> = {
  afterok: (completed) => completed,
  afternotok: (completed) => !completed,
  afterany: () => true,
};

function judge({ kind, state }: StoredDependency): 'open' | 'met' | 'never' {
  if (state === null) return kind === 'afterany' ? 'met' : 'never';
  if (!JOB_STATE_RULES[state].terminal) return 'open';
  return MET[kind](state === 'completed') ? 'met' : 'never';
}

function describeLoss({ kind, onJobId, state }: StoredDependency): string {
  const what =
    state === null ? `there is no job ${onJobId} any more` : `job ${onJobId} ${state === 'completed' ? 'completed' : DID[state]}`;
  return `dependency ${kind}:${onJobId} can never be met: ${what}`;
}

const DID: Record<Exclude<NonNullable<StoredDependency['state']>, 'completed'>, string> = {
  pending: 'waits',
  starting: 'starts',
  running: 'runs',
  paused: 'is paused',
  failed: 'failed',
  cancelled: 'was cancelled',
  timed_out: 'ran into its time limit',
  oom_killed: 'used more memory than its limit',
  lost: 'was lost',
};
