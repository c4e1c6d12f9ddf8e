import type { Identity } from './identity.ts';

/** How long another host's revocation of a token may go unnoticed here. */
const FRESH_MS = 1_000;
/** More than that many tokens at once are not a busy client but a flood. */
const MAX_TOKENS = 1_000;

/** Identities that the store gave within the last second, so that a busy client costs it no queries. */
export class RecentIdentities {
  readonly #known = new Map<string, { identity: Identity; until: number }>();
  #generation = 0;

  /** Changes with every `forget`: what was read before it must not be remembered after it. */
  get generation(): number {
    return this.#generation;
  }

  find(secret: string): Identity | undefined {
    const entry = this.#known.get(secret);
    return entry !== undefined && performance.now() < entry.until ? entry.identity : undefined;
  }

  /** Keeps what was read in `generation`, unless something was forgotten since. */
  remember(secret: string, identity: Identity, generation: number): void {
    if (generation !== this.#generation) return;
    if (this.#known.size >= MAX_TOKENS) this.#known.clear();
    this.#known.set(secret, { identity, until: performance.now() + FRESH_MS });
  }

  /** Makes the next look of everybody go to the store: users or tokens changed. */
  forget(): void {
    this.#generation += 1;
    this.#known.clear();
  }
}
