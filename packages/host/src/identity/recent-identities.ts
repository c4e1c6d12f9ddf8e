import type { Identity } from './identity.ts';

/** How long a token that was taken back may still be good. */
const FRESH_MS = 1_000;
/** More than that many tokens at once are not a busy client but a flood. */
const MAX_TOKENS = 1_000;

/** Identities that the store gave within the last second, so that a busy client costs it no queries. */
export class RecentIdentities {
  readonly #known = new Map<string, { identity: Identity; until: number }>();

  find(secret: string): Identity | undefined {
    const entry = this.#known.get(secret);
    return entry !== undefined && performance.now() < entry.until ? entry.identity : undefined;
  }

  remember(secret: string, identity: Identity): void {
    if (this.#known.size >= MAX_TOKENS) this.#known.clear();
    this.#known.set(secret, { identity, until: performance.now() + FRESH_MS });
  }
}
