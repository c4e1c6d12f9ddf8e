import { stripVTControlCharacters } from 'node:util';
import { paint, print, printable } from './terminal.ts';

/** A column: its head, and on which side its cells stand. */
export interface Column {
  readonly head: string;
  readonly align?: 'right';
  /** May be cut where the terminal is too narrow for the table. */
  readonly cut?: boolean;
  /** Left out where the others would have to be cut too short. */
  readonly spare?: boolean;
}

/** A cell; `painted` ones hold our own colours and are shown as they are. */
export type Cell = string | number | { readonly painted: string };

const GAP = '  ';
/** Less of a column tells nothing. */
const LEAST_WIDTH = 8;
/** So much of a column that may be cut is worth leaving spare columns out. */
const GOOD_WIDTH = 24;

/** What a table is made of, and how many characters the terminal has for it. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Absent: as wide as it needs. */
  readonly width?: number | undefined;
}

/** Lays rows out in aligned columns without lines; no space at the ends of lines. Spare columns, then those that may be cut give way to `width`. */
export async function renderTable({ columns: wanted, rows, width }: Table): Promise<string> {
  const whole = [wanted.map((column) => paint('bold', column.head)), ...rows.map((row) => row.map(show))];
  const widthOf = await loadWidth(whole);
  const full = wanted.map((_, index) => whole.reduce((most, line) => Math.max(most, widthOf(line[index] ?? '')), 0));
  const kept = width === undefined ? full.map((_, index) => index) : chooseColumns(wanted, full, width);
  const pick = <T>(all: readonly T[]) => all.filter((_, index) => kept.includes(index));
  const [columns, natural, lines] = [pick(wanted), pick(full), whole.map(pick)];
  const widths = width === undefined ? natural : narrow(columns, natural, width);
  const pad = (cell: string, index: number) => {
    const most = widths[index] ?? 0;
    const text = widthOf(cell) > most ? crop(cell, most) : cell;
    const blank = ' '.repeat(Math.max(0, most - widthOf(text)));
    return columns[index]?.align === 'right' ? blank + text : text + blank;
  };
  return lines.map((line) => line.map(pad).join(GAP).trimEnd()).join('\n');
}

/** Prints rows in aligned columns, as wide as the terminal at most where columns may be cut. */
export async function printTable(columns: readonly Column[], rows: readonly (readonly Cell[])[]): Promise<void> {
  await print(await renderTable({ columns, rows, width: process.stdout.isTTY ? process.stdout.columns : undefined }));
}

/** Leaves spare columns out, from the right, until the others have room; answers the places of those that stay. */
function chooseColumns(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const room = (index: number) => (columns[index]?.cut === true ? Math.min(GOOD_WIDTH, natural[index] ?? 0) : (natural[index] ?? 0));
  let kept = columns.map((_, index) => index);
  while (kept.reduce((sum, index) => sum + room(index) + GAP.length, -GAP.length) > width) {
    const spare = kept.findLast((index) => columns[index]?.spare === true);
    if (spare === undefined) break;
    kept = kept.filter((index) => index !== spare);
  }
  return kept;
}

/** Takes what is too much from the widest of the columns that may be cut, again and again. */
function narrow(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length) - width;
  while (excess > 0) {
    const open = columns.flatMap((column, index) => (column.cut === true && (widths[index] ?? 0) > LEAST_WIDTH ? [index] : []));
    const widest = open.reduce<number | undefined>(
      (best, index) => (best === undefined || (widths[index] ?? 0) > (widths[best] ?? 0) ? index : best),
      undefined,
    );
    if (widest === undefined) return widths;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}

/** Prints a title and named facts below it; facts without a value are left out. */
export async function printCard(title: string, facts: readonly (readonly [string, Cell | null])[]): Promise<void> {
  const shown = facts.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
  const width = Math.max(...shown.map((fact) => fact.name.length)) + GAP.length;
  await print(paint('bold', printable(title)));
  for (const { name, value } of shown) await print(`${GAP}${name.padEnd(width)}${show(value)}`);
}

/** Cuts text that is longer than `length`, with a sign that it was. */
export function crop(text: string, length: number): string {
  if (text.length <= length) return text;
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

function show(cell: Cell): string {
  return typeof cell === 'object' ? cell.painted : printable(String(cell));
}

/** How many columns of a terminal a text takes. Only wide scripts and emoji need the tables of Unicode: they are loaded when there are such. */
async function loadWidth(lines: readonly (readonly string[])[]): Promise<(text: string) => number> {
  const plainWidth = (text: string) => stripVTControlCharacters(text).length;
  if (lines.every((line) => line.every((text) => /^[\u0000-\u02ff]*$/.test(text)))) return plainWidth;
  return (await import('string-width')).default;
}
