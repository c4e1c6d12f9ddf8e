import { expect, test } from 'vitest';
import { crop, renderTable } from '../../src/output/table.ts';
import { printable } from '../../src/output/terminal.ts';

test('columns stand under each other without spaces at the ends of lines', async () => {
  const columns = [{ head: 'ID', align: 'right' as const }, { head: 'NAME' }, { head: 'NOTE' }];
  const rows = [
    [1, 'short', ''],
    [120, '日本語 name', { painted: '\u001b[31mx\u001b[39m' }],
  ];
  expect(await renderTable({ columns, rows })).toBe(' ID  NAME         NOTE\n  1  short\n120  日本語 name  \u001b[31mx\u001b[39m');
});

test('columns that may be cut give way where the terminal is narrow, the widest first', async () => {
  const columns = [{ head: 'ID' }, { head: 'NAME', cut: true }, { head: 'REASON', cut: true }];
  const rows = [[1, 'a name of some length', 'waits for resources that others hold']];
  const table = await renderTable({ columns, rows, width: 40 });
  expect(table).toBe('ID  NAME               REASON\n1   a name of some l…  waits for resour…');
  expect(await renderTable({ columns, rows, width: 5 })).toBe('ID  NAME      REASON\n1   a name …  waits f…');
});

test('spare columns are left out before others are cut short', async () => {
  const columns = [{ head: 'ID' }, { head: 'USER', spare: true }, { head: 'REASON', cut: true }];
  const rows = [[1, 'ada', 'waits for resources']];
  expect(await renderTable({ columns, rows, width: 29 })).toBe('ID  USER  REASON\n1   ada   waits for resources');
  expect(await renderTable({ columns, rows, width: 26 })).toBe('ID  REASON\n1   waits for resources');
});

test('text of others cannot steer the terminal', () =>
  expect(printable('a\u001b[31mb\u202ec\nd\u0007')).toBe('a\ufffd[31mb\ufffdc d\ufffd'));

test('long text is cut with a sign', () => {
  expect(crop('abcdef', 4)).toBe('abc…');
  expect(crop('abcd', 4)).toBe('abcd');
});
