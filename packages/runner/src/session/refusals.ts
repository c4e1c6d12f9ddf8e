import type { Ending } from './connection.ts';
import type { Endpoint } from './endpoint.ts';

/** What hosts say of a token that no node has. */
const UNAUTHENTICATED = 401;

/**
 * How long hosts have refused this node's token. Only a row of refusals by one host itself counts: whatever else comes of a connection to it
 * begins a new row, and so does another token. Another host that cannot be reached changes nothing. Times are ms of a steady clock.
 */
export class Refusals {
  readonly #since = new Map<string, number>();

  /** Takes how a connection ended; answers for how long that host has refused the token, undefined when it did not. */
  note(endpoint: Endpoint, ending: Ending, now: number): number | undefined {
    const row = `${endpoint.url} ${endpoint.token}`;
    if (ending.kind !== 'refused' || ending.status !== UNAUTHENTICATED || !ending.byHost) {
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
