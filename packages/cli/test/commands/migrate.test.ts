import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runWeir } from '../run-weir.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-migrate-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const migrate = (...args: string[]) => runWeir(['migrate', ...args], { home });

test('a home without a store has nothing to move', async () => {
  const { code, stderr, stdout } = await migrate('--to', 'postgres://nobody@127.0.0.1:1/none');
  expect([code, stdout]).toEqual([66, '']);
  expect(stderr).toContain(`there is no store ${join(home, 'weir.db')}`);
});

test('a target that is no PostgreSQL URL is refused before anything is opened', async () => {
  writeFileSync(join(home, 'weir.db'), '');
  const { code, stderr } = await migrate('--to', 'mysql://db/weir');
  expect(code).toBe(64);
  expect(stderr).toContain('must be a URL such as postgres://');
  expect(readdirSync(home)).toEqual(['weir.db']);
});

test('a target that does not answer leaves the store as it was, free to start', async () => {
  writeFileSync(join(home, 'weir.db'), '');
  const { code, stderr } = await migrate('--to', 'postgres://u:hidden@127.0.0.1:1/none');
  expect(code).toBe(69);
  expect(stderr).not.toContain('hidden');
  expect(readdirSync(home)).not.toContain('weir.db.moved');
});
