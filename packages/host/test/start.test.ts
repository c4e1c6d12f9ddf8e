import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from './servers/server-process.ts';
import { TestHost } from './test-host.ts';

test('a host that cannot finish its start answers nobody and keeps nothing: its home starts again', async () => {
  const port = await freePort();
  await using host = new TestHost({ port });
  const runFile = join(host.home, 'run', 'host.json');
  mkdirSync(join(runFile, 'in-the-way'), { recursive: true });
  await expect(host.start()).rejects.toThrow(/EISDIR|ENOTEMPTY|directory/);
  await expect(fetch(`http://127.0.0.1:${port}/api/health`)).rejects.toThrow();
  rmSync(runFile, { recursive: true });
  await host.start();
  expect((await fetch(`http://127.0.0.1:${port}/api/health`)).status).toBe(200);
});
