import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { INFER_COLUMNS, SAMPLE_COLUMNS, type DataColumn } from './columns.ts';
import { generateRows, type Row } from './rows.ts';

/** Raised whenever the same seed gives other rows than before. */
const DATA_VERSION = 1;
const LINES_PER_WRITE = 2000;

export interface DemoData {
  readonly samplePath: string;
  readonly inferPath: string;
}

export interface DataOptions {
  /** Directory under which data sets are kept, one folder per size, seed and version. */
  readonly directory: string;
  readonly sampleRows: number;
  readonly inferRows: number;
  readonly seed: number;
}

/** Writes the sample and the rows to predict as Parquet, once: a data set that is there is used again. */
export async function provideData(options: DataOptions): Promise<DemoData> {
  const directory = join(options.directory, `${options.sampleRows}-${options.inferRows}-seed${options.seed}-v${DATA_VERSION}`);
  if (!existsSync(directory)) await writeData(directory, options);
  return { samplePath: join(directory, 'sample.parquet'), inferPath: join(directory, 'infer.parquet') };
}

async function writeData(directory: string, { sampleRows, inferRows, seed }: DataOptions): Promise<void> {
  const building = `${directory}.${process.pid}.building`;
  mkdirSync(building, { recursive: true });
  const rows = generateRows(sampleRows + inferRows, seed);
  await writeParquet(join(building, 'sample'), { columns: SAMPLE_COLUMNS, rows, count: sampleRows });
  await writeParquet(join(building, 'infer'), { columns: INFER_COLUMNS, rows, count: inferRows });
  renameSync(building, directory);
}

interface Table {
  readonly columns: readonly DataColumn[];
  readonly rows: Generator<Row>;
  readonly count: number;
}

async function writeParquet(name: string, table: Table): Promise<void> {
  const csv = `${name}.csv`;
  writeCsv(csv, table);
  const types = table.columns.map((column) => `'${column.name}': '${column.type}'`).join(', ');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT * FROM read_csv(${quote(csv)}, header = false, delim = ',', nullstr = 'NULL', columns = {${types}})) TO ${quote(`${name}.parquet`)} (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
  rmSync(csv);
}

/** No value of ours holds a comma, a quote or a line break. */
function writeCsv(path: string, { columns, rows, count }: Table): void {
  const file = openSync(path, 'w');
  const lines: string[] = [];
  for (let written = 0; written < count; written += 1) {
    const next = rows.next();
    if (next.done === true) throw new Error(`the rows ended after ${written} of ${count}`);
    lines.push(columns.map((column) => column.read(next.value) ?? 'NULL').join(','));
    if (lines.length === LINES_PER_WRITE || written === count - 1) writeSync(file, `${lines.splice(0).join('\n')}\n`);
  }
  closeSync(file);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
