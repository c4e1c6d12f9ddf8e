import { afterAll, beforeAll, describe } from 'vitest';
import { ClusterStore } from './cluster-store.ts';

/** The same story on the store that ships (SQLite) and on that of a cluster (PostgreSQL and Redis); `env` tells a host of the store. */
export function describeOnEachStore(title: string, story: (env: () => Readonly<Record<string, string>>) => void): void {
  describe(`${title}, on SQLite`, () => story(() => ({})));
  describe(`${title}, on PostgreSQL and Redis`, () => {
    let store: ClusterStore | undefined;
    beforeAll(async () => {
      store = await ClusterStore.start();
    }, 60_000);
    afterAll(() => store?.stop());
    story(() => {
      if (store === undefined) throw new Error('the store is asked for before it runs');
      return store.env;
    });
  });
}
