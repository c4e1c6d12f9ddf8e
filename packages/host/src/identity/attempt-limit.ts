import { AppError } from '@weir/contract';

/** More addresses than that in one window are not users who mistype but a flood: they start again together. */
const MAX_ADDRESSES = 10_000;

export interface AttemptLimitOptions {
  /** Failures of one address in one window. */
  readonly most: number;
  readonly windowMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** Counts failures by address and refuses an address that has had too many; those of one IPv6 network of 64 bits count together. */
export class AttemptLimit {
  readonly #options: AttemptLimitOptions;
  readonly #failures = new Map<string, { count: number; until: number }>();

  constructor(options: AttemptLimitOptions) {
    this.#options = options;
  }

  /** Throws `too_many_requests` while the address has failed too often. */
  check(address: string): void {
    const entry = this.#failures.get(toNetwork(address));
    const leftMs = entry === undefined || entry.count < this.#options.most ? 0 : entry.until - this.#now();
    if (leftMs <= 0) return;
    const seconds = Math.ceil(leftMs / 1000);
    throw new AppError('too_many_requests', `too many wrong tokens from ${address}: try again in ${seconds} seconds`, {
      retryAfterSeconds: seconds,
    });
  }

  fail(address: string): void {
    const key = toNetwork(address);
    const now = this.#now();
    const entry = this.#failures.get(key);
    if (entry !== undefined && entry.until > now) {
      entry.count += 1;
      return;
    }
    if (this.#failures.size >= MAX_ADDRESSES) this.#failures.clear();
    this.#failures.set(key, { count: 1, until: now + this.#options.windowMs });
  }

  #now(): number {
    return this.#options.now?.() ?? performance.now();
  }
}

/** An IPv4 address as it is, also one written as IPv6; of an IPv6 address the first 64 bits. */
export function toNetwork(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  return [...first, ...Array<string>(zeros).fill('0'), ...last]
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':');
}
