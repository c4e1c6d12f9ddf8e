import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { duckdb } from '../support/duckdb.ts';
import { errorOf, makeHome, readEvents, runStage, startStage, waitFor, type Home } from '../support/run-stage.ts';
import { baseSpec } from '../support/specs.ts';

const HOLD = fileURLToPath(new URL('../fixtures/hold-warehouse.ts', import.meta.url));
const query = { warehouse: baseSpec().warehouse, sql: 'SELECT a FROM held', format: 'csv' as const, maxRows: 5 };

/** A warehouse with one table, and a process that holds its file. */
async function holdWarehouse(at: Home): Promise<ChildProcess> {
  const path = join(at.home, 'warehouse/local.duckdb');
  mkdirSync(join(at.home, 'warehouse'));
  await duckdb(path, 'CREATE TABLE held AS SELECT 1 AS a');
  const holder = spawn(process.execPath, [HOLD, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  return holder;
}

test('a query waits for the process that holds the warehouse, tells which, and goes on when it ends', async () => {
  using at = makeHome();
  const holder = await holdWarehouse(at);
  const run = startStage(at, 'warehouse_query', query);
  await waitFor(
    () => readEvents(run.eventsPath).some((event) => event.type === 'progress' && event.message.includes(`process ${holder.pid}`)),
    'a word on the wait',
  );
  holder.kill();
  const end = await run.done;
  expect(end.stdout).toBe('a\n1\n');
});

test('the wait ends with the name of the holder when it takes too long', async () => {
  using at = makeHome();
  const holder = await holdWarehouse(at);
  at.env['WEIR_WAREHOUSE_WAIT_S'] = '1';
  const end = await runStage(at, 'warehouse_query', query);
  holder.kill();
  await once(holder, 'exit');
  expect(end.code).toBe(1);
  expect(errorOf(end)).toMatchObject({ code: 'warehouse_busy' });
  expect(errorOf(end)?.message).toContain(`process ${holder.pid}`);
});

test('a program that waits stops at once when asked to', async () => {
  using at = makeHome();
  const holder = await holdWarehouse(at);
  const run = startStage(at, 'warehouse_query', query);
  await waitFor(() => readEvents(run.eventsPath).length > 0, 'the wait');
  run.child.kill('SIGTERM');
  const end = await run.done;
  holder.kill();
  await once(holder, 'exit');
  expect(end.code).toBe(143);
  expect(errorOf(end)).toBeUndefined();
});

test('a query of plain files does not wait for the warehouse', async () => {
  using at = makeHome();
  const holder = await holdWarehouse(at);
  const end = await runStage(at, 'warehouse_query', { ...query, sql: 'SELECT 7 AS a' });
  holder.kill();
  await once(holder, 'exit');
  expect(end.stdout).toBe('a\n7\n');
});
