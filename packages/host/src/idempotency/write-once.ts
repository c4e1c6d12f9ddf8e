import type { WriteOperation } from '../store/group-commit.ts';
import type { Store } from '../store/store.ts';
import { findAnswer, insertAnswer } from './answer-store.ts';
import type { RequestKey } from './request-key.ts';

/** The work of a request whose checks have passed: what to store, and what to answer then (it reads nothing from the store). */
export interface CheckedWork<S, T> {
  readonly write: WriteOperation<S>;
  readonly answer: (stored: S) => T;
}

/**
 * Does the work of a request. One with a key is done once: its answer is kept in the transaction of the work, and who repeats the request
 * gets it without a check of anything. Refusals are not kept. Throws `idempotency_key_reused`, and what `check` and the work throw.
 */
export async function writeOnce<S, T>(store: Store, key: RequestKey | undefined, check: () => Promise<CheckedWork<S, T>>): Promise<T> {
  if (key === undefined) {
    const work = await check();
    return work.answer(await store.write(work.write));
  }
  const work = await checkUnlessAnswered(store, key, check);
  if ('known' in work) return work.known;
  return store.write(async (context) => {
    const known = await findAnswer<T>(context.db, key);
    if (known !== undefined) return known;
    const answer = work.answer(await work.write(context));
    await insertAnswer(context.db, key, answer);
    return answer;
  });
}

/**
 * What was allowed the first time may be refused now: the fleet has changed since. A write looks, because the first transaction may still
 * be on its way to the store and comes before it.
 */
async function checkUnlessAnswered<S, T>(
  store: Store,
  key: RequestKey,
  check: () => Promise<CheckedWork<S, T>>,
): Promise<CheckedWork<S, T> | { readonly known: T }> {
  try {
    return await check();
  } catch (refusal) {
    const known = await store.write(({ db }) => findAnswer<T>(db, key));
    if (known === undefined) throw refusal;
    return { known };
  }
}
