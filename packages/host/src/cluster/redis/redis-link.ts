import { createClient } from '@redis/client';
import type { Logger } from '@weir/runtime';

const ANSWER_MS = 2_000;
const LONGEST_PAUSE_MS = 2_000;

type RedisClient = ReturnType<typeof makeClient>;

/**
 * Two connections to Redis, one of them to listen. Both come back by themselves; while they are away every call is refused at once.
 * Nothing that is decided depends on them.
 */
export class RedisLink {
  readonly #client: RedisClient;
  readonly #listener: RedisClient;
  readonly #log: Logger;
  readonly #onReady: (() => void)[] = [];
  #failure: string | undefined = 'not connected yet';

  constructor(url: string, log: Logger) {
    this.#log = log;
    this.#client = makeClient(url);
    this.#listener = makeClient(url);
    this.#client.on('ready', () => this.#becameReady());
    this.#client.on('error', (error: unknown) => this.#failed(error));
    this.#listener.on('error', () => undefined);
    this.#listener.on('ready', () => this.#tellReady());
  }

  /** Begins to connect; calls `listener` for each message on `channel` from now on. */
  start(channel: string, listener: (message: string) => void): void {
    // Refused only when the link is closed before it was ever open.
    this.#client.connect().catch(() => undefined);
    this.#listener
      .connect()
      .then(() => this.#listener.subscribe(channel, listener))
      .catch((error: unknown) => this.#failed(error));
  }

  /** Calls `listener` each time that Redis is there (again): what was there before may be gone. */
  onReady(listener: () => void): void {
    this.#onReady.push(listener);
  }

  /** `ok`, or why Redis is away. */
  health(): string {
    return this.#failure ?? 'ok';
  }

  /** Runs commands whole or not at all; rejects when Redis is away or does not answer in time. */
  async run(...commands: readonly (readonly string[])[]): Promise<void> {
    if (!this.#client.isReady) throw new Error(`Redis is away: ${this.health()}`);
    let transaction = this.#client.multi();
    for (const command of commands) transaction = transaction.addCommand([...command]);
    await inTime(transaction.exec());
  }

  /** Sends a message that may get lost. */
  publish(channel: string, message: string): void {
    if (this.#client.isReady) this.#client.publish(channel, message).catch(() => undefined);
  }

  stop(): void {
    for (const client of [this.#client, this.#listener]) if (client.isOpen) client.destroy();
  }

  #becameReady(): void {
    if (this.#failure !== undefined) this.#log.info('Redis is there');
    this.#failure = undefined;
    this.#tellReady();
  }

  #tellReady(): void {
    for (const listener of this.#onReady) listener();
  }

  #failed(error: unknown): void {
    const failure = error instanceof Error ? error.message : String(error);
    if (this.#failure === undefined) this.#log.warn({ err: error }, 'Redis is away: hosts hear of each other later');
    this.#failure = failure === '' ? 'no connection' : failure;
  }
}

function makeClient(url: string) {
  return createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: ANSWER_MS, reconnectStrategy: (tries) => Math.min(100 * 2 ** Math.min(tries, 10), LONGEST_PAUSE_MS) },
    pingInterval: 10_000,
  });
}

async function inTime(answer: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${ANSWER_MS} ms`)), ANSWER_MS);
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    answer.catch(() => undefined);
  }
}
