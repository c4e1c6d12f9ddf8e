import { expect, test } from 'vitest';
import { insertEvents } from '../../src/events/event-store.ts';
import { TestHost } from '../test-host.ts';

test('a user finds the own events among very many of others, and the next page goes on behind them', async () => {
  await using host = await TestHost.start();
  const ann = host.client(await host.addUser('ann'));
  const theirs = Array.from({ length: 25_000 }, () => ({ type: 'job.started' as const, owner: 'root' }));
  const [own] = await host.running.services.store.write(async ({ db }) => {
    await insertEvents(db, theirs);
    const stored = await insertEvents(db, [{ type: 'job.ended', owner: 'ann' }]);
    await insertEvents(db, theirs);
    return stored;
  });
  const page = await ann.eventList();
  expect(page).toEqual({ events: [own], last_seq: own?.seq });
  const rest = await ann.eventList({ query: { after: page.last_seq } });
  expect(rest.events.map(({ type }) => type).filter((type) => type.startsWith('job.'))).toEqual([]);
  expect(rest.last_seq).toBeGreaterThanOrEqual((own?.seq ?? 0) + theirs.length);
});
