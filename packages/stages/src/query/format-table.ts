import type { Json } from '@duckdb/node-api';
import { cellText, textWidth } from './cell-text.ts';

export interface TableRows {
  readonly names: readonly string[];
  /** Which columns hold numbers: those are aligned right. */
  readonly isNumber: readonly boolean[];
  readonly rows: readonly (readonly Json[])[];
  /** True when there are more rows than shown. */
  readonly isCut: boolean;
}

const WIDEST_CELL = 120;

/** An aligned table with a line that counts the rows. */
export function formatTable({ names, isNumber, rows, isCut }: TableRows): string {
  const head = names.map((name) => shorten(cellText(name)));
  const body = rows.map((row) => row.map((value) => shorten(cellText(value))));
  const widths = head.map((name, column) => body.reduce((widest, row) => Math.max(widest, textWidth(row[column] ?? '')), textWidth(name)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => pad(cell, widths[column] ?? 0, isNumber[column] ?? false))
      .join(' | ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('-+-');
  const count = `(${rows.length.toLocaleString('en-US')} ${rows.length === 1 ? 'row' : 'rows'}${isCut ? ' shown; there are more, raise --max-rows or use csv or json' : ''})`;
  return [line(head), rule, ...body.map(line), count, ''].join('\n');
}

function shorten(text: string): string {
  return text.length <= WIDEST_CELL ? text : `${text.slice(0, WIDEST_CELL - 1)}…`;
}

function pad(text: string, width: number, isRight: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)));
  return isRight ? blanks + text : text + blanks;
}
