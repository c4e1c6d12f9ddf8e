import { loadLimits } from '../../accounts/limit-tables.ts';
import { resolveAccount } from '../../accounts/resolve-account.ts';
import type { Identity } from '../../identity/identity.ts';
import type { LimitTable } from '../../scheduler/core/model.ts';
import type { Store } from '../../store/store.ts';

/** More than that many pairs of user and account at once are not a lab but a flood. */
const MAX_ACCOUNTS = 10_000;

/** Who may charge what, and who may have how much, as of the last change that this host saw: a submit costs the store no reads for it. */
export class PolicyCache {
  readonly #store: Store;
  readonly #accounts = new Map<string, Promise<string>>();
  #limits: Promise<LimitTable> | undefined;

  /** Follows the store for as long as that lives. */
  constructor(store: Store) {
    this.#store = store;
    store.onEvents((committed) => {
      if (!committed.some(({ event }) => event.type === 'policy.changed')) return;
      this.#limits = undefined;
      this.#accounts.clear();
    });
  }

  limits(): Promise<LimitTable> {
    if (this.#limits !== undefined) return this.#limits;
    const loading = loadLimits(this.#store.read);
    this.#limits = loading;
    loading.catch(() => {
      if (this.#limits === loading) this.#limits = undefined;
    });
    return loading;
  }

  /** The account that a job of the asker is charged to; throws `forbidden` and its kin. */
  account(identity: Identity, asked: string | undefined): Promise<string> {
    const key = JSON.stringify([identity.user, identity.role, asked ?? null]);
    const known = this.#accounts.get(key);
    if (known !== undefined) return known;
    if (this.#accounts.size >= MAX_ACCOUNTS) this.#accounts.clear();
    const finding = resolveAccount(this.#store.read, identity, asked);
    this.#accounts.set(key, finding);
    finding.catch(() => {
      if (this.#accounts.get(key) === finding) this.#accounts.delete(key);
    });
    return finding;
  }
}
