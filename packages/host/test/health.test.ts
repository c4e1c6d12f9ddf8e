import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Health } from '@weir/contract';
import { eventually } from './eventually.ts';
import { TestHost } from './test-host.ts';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host[Symbol.asyncDispose]());

const ask = async () => {
  const answer = await host.inject({ url: '/api/health', token: null, headers: { 'x-request-id': 'who-asks' } });
  expect(answer.headers['x-request-id']).toBe('who-asks');
  return { status: answer.statusCode, health: answer.json<Health>() };
};

test('health is good while everything works', async () => {
  expect(await ask()).toMatchObject({ status: 200, health: { status: 'healthy', checks: { store: 'ok', scheduler: 'ok', loops: 'ok' } } });
});

test('health turns bad with each loop that stands, and names it', async () => {
  const names = host.running.services.loops.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(4);
  for (const loop of host.running.services.loops) {
    await loop.stop();
    const { health } = await eventually(async () => ((answer) => answer.health.checks.loops.includes(loop.name) && answer)(await ask()));
    expect(health.status).toBe('unhealthy');
  }
  expect((await ask()).status).toBe(503);
});

test('health turns bad when the store cannot be read', async () => {
  await host.running.services.store.read.destroy();
  const { status, health } = await ask();
  expect([status, health.status, health.nodes_online]).toEqual([503, 'unhealthy', 0]);
  expect(health.checks.store).not.toBe('ok');
});
