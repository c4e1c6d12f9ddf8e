import type { ExecutorKind, JobClass, JobCreate, Strategy } from '@weir/contract/client';

/** The words of the contract that options take; the contract's own lists come with every schema. */
export const STRATEGIES = ['binpack', 'spread', 'least_loaded', 'round_robin'] as const satisfies readonly Strategy[];
export const CLASSES = ['scavenger', 'normal', 'urgent'] as const satisfies readonly JobClass[];
export const EXECUTORS = ['process', 'systemd'] as const satisfies readonly ExecutorKind[];
export const CHECKPOINT_SIGNALS = ['TERM', 'INT', 'HUP', 'USR1', 'USR2'] as const satisfies readonly NonNullable<
  JobCreate['checkpoint_signal']
>[];
