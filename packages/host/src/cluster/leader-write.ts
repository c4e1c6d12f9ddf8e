import type { WriteOperation } from '../store/group-commit.ts';
import type { Store } from '../store/store.ts';
import { StaleLeaderError, type Leadership } from './leadership.ts';

export interface LeaderWriteParts {
  readonly store: Pick<Store, 'write'>;
  readonly leadership: Leadership;
}

/** As `store.write`, by the leader only; undefined when another host leads by now: what a former leader decided is dropped. */
export async function writeAsLeader<T>({ store, leadership }: LeaderWriteParts, operation: WriteOperation<T>): Promise<T | undefined> {
  try {
    return await store.write(async (context) => {
      await leadership.fence(context.db);
      return operation(context);
    });
  } catch (error) {
    if (error instanceof StaleLeaderError) return undefined;
    throw error;
  }
}
