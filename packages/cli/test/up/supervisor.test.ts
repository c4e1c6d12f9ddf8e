import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { placesOf } from '../../src/up/places.ts';
import { readLivingRecord } from '../../src/up/process-record.ts';
import { waitUntilReady } from '../../src/up/readiness.ts';
import { Supervisor } from '../../src/up/supervisor.ts';
import { waitUntil } from './wait-until.ts';

let home = '';
let supervisor: Supervisor | undefined;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-up-'));
});
afterEach(async () => {
  await supervisor?.stop();
  rmSync(home, { recursive: true });
});

function start(hostFixture = 'host-that-listens.ts'): Supervisor {
  const program = (fixture: string, environment: Record<string, string> = {}) => ({
    args: [fileURLToPath(new URL(`fixtures/${fixture}`, import.meta.url))],
    environment: { WEIR_HOME: home, ...environment },
  });
  supervisor = new Supervisor({
    places: placesOf(home),
    listening: { listen: undefined, port: 0 },
    hostProgram: ({ port }) => program(hostFixture, { WEIR_PORT: String(port) }),
    runnerProgram: () => program('runner-that-idles.ts'),
    onDeath: () => undefined,
  });
  supervisor.start();
  return supervisor;
}

const ready = () => waitUntilReady(placesOf(home), { deadlineAt: Date.now() + 20_000, failure: () => undefined });

test('the runner is stopped before the host', async () => {
  const it = start();
  await ready();
  await it.stop();
  expect(readFileSync(join(home, 'order'), 'utf8')).toBe('runner stopped\nhost stopped\n');
});

test('a host that was on any free port comes back on the same one', async () => {
  const it = start();
  const url = await ready();
  const first = it.pids.host ?? 0;
  process.kill(first, 'SIGKILL');
  await waitUntil('another host', () => it.pids.host !== undefined && it.pids.host !== first);
  await waitUntil('its record', () => readLivingRecord(placesOf(home).host)?.pid === it.pids.host);
  expect(await ready()).toBe(url);
});

test('what is missing is said when the time is over', async () => {
  start('program-that-ignores-term.ts');
  const never = waitUntilReady(placesOf(home), { deadlineAt: Date.now(), failure: () => undefined });
  await expect(never).rejects.toThrow('the host has not begun to listen');
  supervisor?.kill();
});
