import { PostgresServer } from '../../packages/host/test/servers/postgres.ts';
import { RedisServer } from '../../packages/host/test/servers/redis.ts';

/** A PostgreSQL and a Redis of their own for one fleet. */
export class ClusterStore {
  /** Variables that tell a host of them. */
  readonly env: Readonly<Record<string, string>>;
  readonly #postgres: PostgresServer;
  readonly #redis: RedisServer;

  private constructor(postgres: PostgresServer, redis: RedisServer, database: string) {
    this.#postgres = postgres;
    this.#redis = redis;
    this.env = { WEIR_STORE: database, WEIR_REDIS: redis.url };
  }

  static async start(): Promise<ClusterStore> {
    const [postgres, redis] = [await PostgresServer.start(), await RedisServer.start()];
    return new ClusterStore(postgres, redis, await postgres.newEmptyDatabase());
  }

  async stopPostgres(): Promise<void> {
    await this.#postgres.process.end('SIGINT');
  }

  async startPostgres(): Promise<void> {
    await this.#postgres.process.start();
  }

  async killRedis(): Promise<void> {
    await this.#redis.process.end('SIGKILL');
  }

  async startRedis(): Promise<void> {
    await this.#redis.process.start();
  }

  /** One command of Redis; its answer. */
  redis(...command: string[]): Promise<unknown> {
    return this.#redis.call(...command);
  }

  async stop(): Promise<void> {
    await this.#postgres.process[Symbol.asyncDispose]();
    await this.#redis.process[Symbol.asyncDispose]();
  }
}
