import { expect, test } from 'vitest';
import type { Event } from '@weir/contract';
import { EventHub } from '../../src/events/event-hub.ts';

const EVENT: Event = { seq: 1, at: '2026-01-31T12:00:00.000Z', type: 'job.started', job_id: 1, workflow_id: null, node: null, data: {} };

test('a reader to whom nearly nothing matters looks now and then, not once for each event', async () => {
  const hub = new EventHub();
  let [looks, published] = [0, 0];
  const reading = hub.lookUntil({
    look: () => {
      looks += 1;
      return Promise.resolve(published >= 1_000 ? published : undefined);
    },
    concerns: () => true,
    waitMs: 60_000,
    gapMs: 50,
    signal: new AbortController().signal,
  });
  while (published < 1_000) {
    published += 1;
    hub.publish([EVENT]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await reading).toBe(1_000);
  expect(looks).toBeLessThan(200);
  expect(hub.listenerCount).toBe(0);
});

test('a reader that goes away while it rests is let go at once', async () => {
  const hub = new EventHub();
  const caller = new AbortController();
  const reading = hub.lookUntil<number>({
    look: () => Promise.resolve(undefined),
    concerns: () => true,
    waitMs: 60_000,
    gapMs: 60_000,
    signal: caller.signal,
  });
  await new Promise((resolve) => setImmediate(resolve));
  hub.publish([EVENT]);
  await new Promise((resolve) => setImmediate(resolve));
  caller.abort();
  expect(await reading).toBe(undefined);
});
