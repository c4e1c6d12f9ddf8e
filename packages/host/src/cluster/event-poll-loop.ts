import { Loop, type Logger } from '@weir/runtime';
import type { Store } from '../store/store.ts';

/** Finds what no message told of. */
const PERIOD_MS = 500;

/** Publishes what other hosts committed; woken when somebody says that there is something. */
export function makeEventPollLoop(store: Store, log: Logger): Loop {
  return new Loop({ name: 'event-poll', periodMs: PERIOD_MS, log, run: () => store.catchUp() });
}
