import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { withCleanup } from './measure/cleanup.ts';
import { describeMachine } from './measure/machine.ts';
import { round } from './measure/statistics.ts';

const STAGE_MAIN = fileURLToPath(new URL('../packages/stages/src/main.ts', import.meta.url));
const ENGINE_PYTHON = fileURLToPath(new URL('../engines/fuxictr/.venv/bin/python', import.meta.url));
const SAMPLE_MS = 50;
const ROWS_TO_SCORE = 1000;

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
const rows = Number(values.rows);
if (!Number.isInteger(rows) || rows < 1000) throw new Error(`--rows ${values.rows} must be a whole number from 1000 on`);
if (!existsSync(ENGINE_PYTHON)) throw new Error(`the engine is not installed: ${ENGINE_PYTHON} is missing`);

const results = await withCleanup(measure);
console.log(JSON.stringify({ bench: 'dataset', results, peers: {}, machine: describeMachine() }));

async function measure(cleanup: AsyncDisposableStack): Promise<Record<string, number>> {
  const directory = mkdtempSync(join(tmpdir(), 'weir-bench-dataset-'));
  cleanup.defer(() => rmSync(directory, { recursive: true, force: true }));
  say(`writing ${rows} rows of 30 columns`);
  const file = join(directory, 'rows.parquet');
  await writeRows(file);
  writeFileSync(join(directory, 'spec.json'), JSON.stringify(makeSpec(file)));
  say('data_fetch: export, detection, build');
  const started = performance.now();
  const peakMb = await runStage(directory, cleanup);
  const seconds = (performance.now() - started) / 1000;
  say(`${round(seconds)} s, peak ${round(peakMb)} MB`);
  return { build_rows_per_s: Math.round(rows / seconds), build_peak_mb: round(peakMb), build_seconds: round(seconds), rows };
}

/** 30 columns as in CTR data: an id, a date, 2 labels, 13 categorical, 11 numeric, 2 sequences. */
async function writeRows(file: string): Promise<void> {
  const sizes = [2, 5, 12, 50, 100, 500, 1000, 5000, 10_000, 50_000, 100_000, 200_000];
  const tags = sizes.map((size, index) => {
    const value = `(hash(i * 31 + ${index}) % ${size})`;
    return index % 2 === 0 ? `CAST(${value} AS INTEGER) AS c${index}_tag` : `'v' || ${value} AS c${index}_tag`;
  });
  const counts = Array.from(
    { length: 11 },
    (_, index) => `CASE WHEN hash(i + ${index}) % 50 > 0 THEN (hash(i * 17 + ${index}) % 10000) / 7.0 END AS n${index}_cnt`,
  );
  const lists = [3, 5].map(
    (size) =>
      `array_to_string(list_transform(range(1 + CAST(hash(i + ${size}) % ${size * 2} AS BIGINT)), x -> 'w' || (hash(i * 13 + x) % 3000)), '^') AS l${size}_textlist`,
  );
  const labels = ['click', 'buy'].map((name, index) => `CAST(hash(i * 97 + ${index}) % 100 < 20 AS INTEGER) AS label_${name}`);
  const columns = [
    "'u' || i AS user_id",
    "DATE '2026-01-01' + CAST(i % 30 AS INTEGER) AS dt",
    "'p' || (i % 40) AS product",
    ...tags,
    ...counts,
    ...lists,
    ...labels,
  ];
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB' });
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT ${columns.join(', ')} FROM range(${rows}) t(i)) TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

function makeSpec(file: string): Record<string, unknown> {
  return {
    workflowId: 1,
    workflowName: 'bench',
    user: 'bench',
    datasetId: 'bench.20260101_000000',
    experiment: { model: 'MMoE', experimentId: 'bench', source: 'bench', params: { model: 'MMoE' }, dataset: {} },
    warehouse: { name: 'local', kind: 'duckdb', path: 'warehouse/local.duckdb' },
    checkpoint: null,
    sampleSql: `SELECT * FROM '${file}'`,
    inferSql: `SELECT * EXCLUDE (label_click, label_buy) FROM '${file}' LIMIT ${ROWS_TO_SCORE}`,
  };
}

/** Runs the real stage program; returns the highest sum of resident memory of it and all its children, MB. */
async function runStage(directory: string, cleanup: AsyncDisposableStack): Promise<number> {
  const child = spawn(process.execPath, [STAGE_MAIN, 'data_fetch'], {
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: directory,
      WEIR_STAGE_SPEC: join(directory, 'spec.json'),
      WEIR_EVENTS: join(directory, 'events.jsonl'),
      WEIR_HOME: join(directory, 'home'),
      WEIR_DATA_ROOTS: directory,
      WEIR_ENGINE_PYTHON: ENGINE_PYTHON,
      NODE_COMPILE_CACHE: join(directory, 'compile-cache'),
    },
    stdio: ['ignore', 2, 2],
  });
  cleanup.defer(() => void child.kill('SIGTERM'));
  let peak = 0;
  const sampler = setInterval(() => (peak = Math.max(peak, treeRssMb(child.pid ?? 0))), SAMPLE_MS);
  cleanup.defer(() => clearInterval(sampler));
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`data_fetch ended with status ${code ?? 'none'}`);
  return peak;
}

function treeRssMb(root: number): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess);
  const tree = new Set([root]);
  for (let before = -1; before !== tree.size;) {
    before = tree.size;
    for (const { pid, parent } of processes) if (tree.has(parent)) tree.add(pid);
  }
  return processes.filter(({ pid }) => tree.has(pid)).reduce((sum, { rssMb }) => sum + rssMb, 0);
}

function readProcess(pid: string): { pid: number; parent: number; rssMb: number }[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return [{ pid: Number(pid), parent: field('PPid'), rssMb: field('VmRSS') / 1024 }];
  } catch {
    return []; // it ended between the listing and the look
  }
}

function say(text: string): void {
  console.error(`bench dataset: ${text}`);
}
