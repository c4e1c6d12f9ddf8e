import Table from 'cli-table3';
import { paint, print, printable } from './terminal.ts';

/** A column: its head, and on which side its cells stand. */
export interface Column {
  readonly head: string;
  readonly align?: 'right';
}

/** A cell; `painted` ones hold our own colours and are shown as they are. */
export type Cell = string | number | { readonly painted: string };

const BLANK = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) => [
    [side, ''],
    ...['mid', 'left', 'right'].map((part) => [`${side}-${part}`, '']),
  ]),
);

/** Lays rows out in aligned columns without lines; no space at the ends of lines. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const table = new Table({
    head: columns.map((column) => paint('bold', column.head)),
    colAligns: columns.map((column) => column.align ?? 'left'),
    chars: { ...BLANK, middle: '' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
  });
  table.push(...rows.map((row) => row.map((cell) => (typeof cell === 'object' ? cell.painted : printable(String(cell))))));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Prints rows in aligned columns. */
export function printTable(columns: readonly Column[], rows: readonly (readonly Cell[])[]): Promise<void> {
  return print(renderTable(columns, rows));
}

/** Prints a title and named facts below it; facts without a value are left out. */
export async function printCard(title: string, facts: readonly (readonly [string, Cell | null])[]): Promise<void> {
  const shown = facts.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
  const width = Math.max(...shown.map((fact) => fact.name.length)) + 2;
  await print(paint('bold', printable(title)));
  for (const { name, value } of shown) {
    await print(`  ${name.padEnd(width)}${typeof value === 'object' ? value.painted : printable(String(value))}`);
  }
}

/** Cuts text that is longer than `length`, with a sign that it was. */
export function crop(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
