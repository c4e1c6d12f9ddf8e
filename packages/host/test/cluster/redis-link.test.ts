import { pino } from 'pino';
import { expect, test } from 'vitest';
import { RedisLink } from '../../src/cluster/redis/redis-link.ts';
import { eventually } from '../eventually.ts';
import { redisOfFile } from '../servers/file-servers.ts';

test('a link to Redis comes back by itself, refuses commands meanwhile, and listens again', async () => {
  const redis = await redisOfFile();
  const heard: string[] = [];
  let ready = 0;
  const link = new RedisLink(redis.url, pino({ level: 'silent' }));
  link.onReady(() => (ready += 1));
  link.start('channel', (message) => heard.push(message));
  await eventually(() => link.health() === 'ok');
  await link.run(['SET', 'key', 'one']);
  await eventually(async () => {
    link.publish('channel', 'before');
    return heard.includes('before');
  });
  await redis.process.end('SIGKILL');
  await eventually(() => link.health() !== 'ok');
  await expect(link.run(['SET', 'key', 'two'])).rejects.toThrow();
  const before = ready;
  await redis.process.start();
  await eventually(() => link.health() === 'ok' && ready > before);
  await link.run(['SET', 'key', 'three']);
  expect(await redis.call('GET', 'key')).toBe('three');
  await eventually(async () => {
    link.publish('channel', 'after');
    return heard.includes('after');
  });
  link.stop();
});
