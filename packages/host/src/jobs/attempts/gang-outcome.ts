import type { Outcome } from '@weir/contract';
import type { Allocation } from '../../allocations/allocation-store.ts';

/** True for a part that did what it was to do. */
export function isSuccess(outcome: Outcome): boolean {
  return outcome.kind === 'exited' && outcome.code === 0;
}

/** A part of an attempt that has ended. */
export interface EndedPart {
  readonly rank: number;
  readonly node: string;
  readonly outcome: Outcome;
}

/**
 * The part that decides how an attempt ended, or is being ended: the first that ended badly of its own; parts that were stopped because of
 * it say nothing. Any of them when all are a success; undefined while none has ended.
 */
export function findDecisivePart(members: readonly Allocation[]): EndedPart | undefined {
  const ended = members.flatMap(({ outcome, releasedAt, rank, node }) =>
    outcome === null ? [] : [{ outcome, releasedAt: releasedAt ?? 0, rank, node }],
  );
  const bad = ended.filter(({ outcome }) => !isSuccess(outcome));
  const own = bad.filter(({ outcome }) => !(outcome.kind === 'stopped' && outcome.by === 'gang') && outcome.kind !== 'never_started');
  const [first] = (own.length > 0 ? own : bad).sort((left, right) => left.releasedAt - right.releasedAt || left.rank - right.rank);
  return first ?? ended[0];
}

/** The part of a job on several nodes by whose end, and nobody's order, the job fails; undefined when there is none. */
export function findFailedPart(members: readonly Allocation[]): EndedPart | undefined {
  const part = members.length > 1 ? findDecisivePart(members) : undefined;
  return part === undefined || part.outcome.kind === 'stopped' || isSuccess(part.outcome) ? undefined : part;
}
