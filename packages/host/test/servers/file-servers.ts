import { afterAll } from 'vitest';
import { PostgresServer } from './postgres.ts';
import { RedisServer } from './redis.ts';

let postgres: Promise<PostgresServer> | undefined;
let redis: Promise<RedisServer> | undefined;

afterAll(async () => {
  await (await postgres)?.process[Symbol.asyncDispose]();
  await (await redis)?.process[Symbol.asyncDispose]();
});

/** The PostgreSQL server of this test file, started when it is first asked for. */
export function postgresOfFile(): Promise<PostgresServer> {
  postgres ??= PostgresServer.start();
  return postgres;
}

/** The Redis server of this test file, started when it is first asked for. */
export function redisOfFile(): Promise<RedisServer> {
  redis ??= RedisServer.start();
  return redis;
}

/** Settings of a host on a PostgreSQL database of its own, empty, and on a Redis that it may share with others of the file. */
export async function newClusterStore(): Promise<{ storeUrl: string; redisUrl: string }> {
  const [server, cache] = await Promise.all([postgresOfFile(), redisOfFile()]);
  return { storeUrl: await server.newDatabase(), redisUrl: cache.url };
}
