import type { Ending } from './connection.ts';
import type { Endpoint } from './endpoint.ts';

/** What hosts say of a token that no node has. */
const UNAUTHENTICATED = 401;

/** When a connection ended, and the store that the node's attempts are of; undefined for a node that has never been welcomed. */
export interface RefusalContext {
  readonly storeId: string | undefined;
  /** ms of a steady clock */
  readonly now: number;
}

/**
 * How long hosts have refused this node's token. Only a row of refusals by one host of the node's own store counts: whatever else comes of
 * a connection to it begins a new row, and so does another token. Another host that cannot be reached changes nothing.
 */
export class Refusals {
  readonly #since = new Map<string, number>();

  /** Takes how a connection ended; answers for how many ms that host has refused the token, undefined when it did not. */
  note(endpoint: Endpoint, ending: Ending, { storeId, now }: RefusalContext): number | undefined {
    const row = `${endpoint.url} ${endpoint.token}`;
    if (storeId === undefined || !isRefusal(ending) || ending.storeId !== storeId) {
      this.#since.delete(row);
      return undefined;
    }
    const since = this.#since.get(row) ?? now;
    this.#since.set(row, since);
    return now - since;
  }

  /** A host took the token. */
  clear(): void {
    this.#since.clear();
  }
}

function isRefusal(ending: Ending): ending is Extract<Ending, { kind: 'refused' }> {
  return ending.kind === 'refused' && ending.status === UNAUTHENTICATED;
}
