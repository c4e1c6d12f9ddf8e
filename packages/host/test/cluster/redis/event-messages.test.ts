import { expect, test } from 'vitest';
import type { Event } from '@weir/contract';
import { EventMessages } from '../../../src/cluster/redis/event-messages.ts';
import type { Committed } from '../../../src/store/group-commit.ts';

/** The store and Redis as one host's messages meet them. */
class Surroundings {
  readonly published: string[] = [];
  wakes = 0;
  readonly messages: EventMessages;
  #tell: (committed: readonly Committed[]) => void = () => undefined;

  constructor() {
    this.messages = new EventMessages({
      store: { onEvents: (listener) => (this.#tell = listener) },
      redis: { publish: (_channel, message) => this.published.push(message), onReady: () => undefined },
      poll: { wake: () => (this.wakes += 1) },
    });
  }

  commit(seq: number): void {
    const event: Event = { seq, at: '2026-01-31T12:00:00.000Z', type: 'node.online', job_id: null, workflow_id: null, node: 'a', data: {} };
    this.#tell([{ event, job: undefined }]);
  }
}

test('a message of something newer leads to a look, and is not answered with the same', () => {
  const host = new Surroundings();
  host.commit(1);
  host.messages.take('3');
  expect(host.wakes).toBe(1);
  host.commit(3);
  host.messages.take('2');
  expect([host.published, host.wakes]).toEqual([['1'], 1]);
});

test.each(['9007199254740991', '-1', 'NaN', '', '1e300'])('a message %j of a stranger silences nobody', (hostile) => {
  const host = new Surroundings();
  host.messages.take(hostile);
  host.commit(1);
  host.commit(2);
  expect(host.published).toEqual(['1', '2']);
});
