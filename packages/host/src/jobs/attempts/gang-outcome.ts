import type { Outcome } from '@weir/contract';
import type { Allocation } from '../../allocations/allocation-store.ts';

/** True for a part that did what it was to do. */
export function isSuccess(outcome: Outcome): boolean {
  return outcome.kind === 'exited' && outcome.code === 0;
}

/**
 * How an attempt ended whose parts have all ended: as the first part that ended badly of its own; parts that were stopped because of it say
 * nothing. A success when all of them are.
 */
export function combineOutcomes(members: readonly Allocation[]): Outcome {
  const ended = members.flatMap(({ outcome, releasedAt, rank }) =>
    outcome === null ? [] : [{ outcome, releasedAt: releasedAt ?? 0, rank }],
  );
  const bad = ended.filter(({ outcome }) => !isSuccess(outcome));
  const own = bad.filter(({ outcome }) => !(outcome.kind === 'stopped' && outcome.by === 'gang') && outcome.kind !== 'never_started');
  const [first] = (own.length > 0 ? own : bad).sort((left, right) => left.releasedAt - right.releasedAt || left.rank - right.rank);
  const [any] = ended;
  if (any === undefined) throw new RangeError('an attempt without ended parts has no outcome');
  return first?.outcome ?? any.outcome;
}
