import type { Loop } from '@weir/runtime';
import type { Store } from '../../store/store.ts';
import type { RedisLink } from './redis-link.ts';

export const EVENT_CHANNEL = 'weir:events';

export interface EventMessageParts {
  readonly store: Pick<Store, 'onEvents'>;
  readonly redis: Pick<RedisLink, 'publish' | 'onReady'>;
  /** Reads what others committed. */
  readonly poll: Pick<Loop, 'wake'>;
}

/**
 * A message is the number of the newest event that its sender knows: whoever knows less looks now. What no message told is found by the
 * next look; one that lies costs a look.
 */
export class EventMessages {
  readonly #poll: Pick<Loop, 'wake'>;
  #told = 0;
  /** What the last message said: those who sent it need not be told the same. */
  #heard = 0;

  constructor({ store, redis, poll }: EventMessageParts) {
    this.#poll = poll;
    store.onEvents((committed) => {
      this.#told = committed.at(-1)?.event.seq ?? this.#told;
      if (this.#told !== this.#heard) redis.publish(EVENT_CHANNEL, String(this.#told));
    });
    redis.onReady(() => poll.wake());
  }

  take(message: string): void {
    const seq = Number(message);
    if (!Number.isSafeInteger(seq)) return;
    this.#heard = seq;
    if (seq > this.#told) this.#poll.wake();
  }
}
