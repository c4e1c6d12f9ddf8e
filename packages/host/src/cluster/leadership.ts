import type { Queries } from '../store/store.ts';

/**
 * Whether this host is the one that schedules.
 *
 * Loops that only one host may run ask `isLeader` before each round; a write that they make calls `fence` first in its transaction, so that
 * a host that was asleep while another took over changes nothing.
 */
export interface Leadership {
  readonly isLeader: boolean;
  /** Throws `StaleLeaderError` in a transaction of a host that is not the leader any more. */
  fence(db: Queries): Promise<void>;
  /** Calls `listener` when this host becomes the leader or stops being it; not for how it is now. */
  onChange(listener: (isLeader: boolean) => void): void;
}

/** The write of a host that another one replaced as the leader: nothing of it was stored. */
export class StaleLeaderError extends Error {
  constructor() {
    super('another host schedules now');
    this.name = 'StaleLeaderError';
  }
}

/** The only host of its store. */
export const SOLE_LEADER: Leadership = {
  isLeader: true,
  fence: () => Promise.resolve(),
  onChange: () => undefined,
};
