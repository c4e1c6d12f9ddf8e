import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../repository.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

test('the image installs what every package needs', () => {
  const copied = [...read('deploy/Dockerfile').matchAll(/^COPY packages\/(\w+)\/package\.json /gm)].map(([, name]) => name);
  const packages = readdirSync(join(ROOT, 'packages'));
  expect(copied.sort()).toEqual(packages.sort());
});

test('its scripts are shell and can be executed', () => {
  for (const name of readdirSync(join(ROOT, 'deploy/docker'))) {
    const path = join(ROOT, 'deploy/docker', name);
    execFileSync('sh', ['-n', path]);
    execFileSync('test', ['-x', path]);
  }
});

test('compose names only scripts that are there, checks the health of each service, and asks for every password', () => {
  const text = read('deploy/docker-compose.yml');
  for (const [, name = ''] of text.matchAll(/\/opt\/weir\/docker\/([\w-]+\.sh)/g))
    expect(readdirSync(join(ROOT, 'deploy/docker'))).toContain(name);
  const { services } = parse(text, { merge: true }) as { services: Record<string, { healthcheck?: unknown; container_name?: unknown }> };
  expect(Object.keys(services)).toEqual(['postgres', 'redis', 'host', 'runner']);
  for (const service of Object.values(services)) {
    expect(service.healthcheck).toBeDefined();
    expect(service.container_name).toBeUndefined();
  }
  const asked = [...text.matchAll(/\$\{(\w*PASSWORD):\?/g)].map(([, name]) => name);
  expect(new Set(asked)).toEqual(new Set(['POSTGRES_PASSWORD', 'REDIS_PASSWORD']));
  expect([...text.matchAll(/\$\{\w*PASSWORD(?!:\?)/g)]).toEqual([]);
  for (const name of asked) expect(read('deploy/compose.env.example')).toMatch(new RegExp(`^${name ?? ''}=$`, 'm'));
});
