import { expect, test } from 'vitest';
import { crop, renderTable } from '../../src/output/table.ts';
import { printable } from '../../src/output/terminal.ts';

test('columns stand under each other without spaces at the ends of lines', async () => {
  const columns = [{ head: 'ID', align: 'right' as const }, { head: 'NAME' }, { head: 'NOTE' }];
  const rows = [
    [1, 'short', ''],
    [120, '日本語 name', { painted: '\u001b[31mx\u001b[39m' }],
  ];
  expect(await renderTable(columns, rows)).toBe(' ID  NAME         NOTE\n  1  short\n120  日本語 name  \u001b[31mx\u001b[39m');
});

test('text of others cannot steer the terminal', () =>
  expect(printable('a\u001b[31mb\u202ec\nd\u0007')).toBe('a\ufffd[31mb\ufffdc d\ufffd'));

test('long text is cut with a sign', () => {
  expect(crop('abcdef', 4)).toBe('abc…');
  expect(crop('abcd', 4)).toBe('abcd');
});
