import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { StageError } from '../errors.ts';
import type { Column } from '../features/column.ts';
import { detectFeatures, type Detection } from '../features/detect.ts';
import { checkInferNames, reconcileTypes } from '../features/drift.ts';
import { countableColumns, distinctQuery, parseProfile, profileQuery, withDistinct, type Profile } from '../features/profile.ts';
import { assignRoles, type ColumnRoles } from '../features/roles.ts';
import type { StageContext } from '../process/stage-context.ts';
import { openQueries } from '../warehouses/catalogue.ts';
import type { Duckdb } from '../warehouses/duckdb.ts';
import { exportParquet, readParts, syncPath, type ExportedFiles } from '../warehouses/parquet-export.ts';
import { quoteName, quoteText } from '../warehouses/quoting.ts';
import { describeSqlError, type SqlSource } from '../warehouses/sql-error.ts';
import type { DataFetchPlan } from './plan.ts';
import { findManifest, isRawManifest, isSampleManifest, writeManifest, type RawManifest, type SampleManifest } from './raw-manifest.ts';

export interface RawData {
  readonly sample: SampleManifest;
  readonly infer: RawManifest;
}

/** One set of rows on its way to the disk. */
interface ExportJob {
  readonly source: SqlSource;
  readonly columns: readonly Column[];
  readonly casts: Readonly<Record<string, string>>;
  readonly target: string;
}

/** Exports what is not exported yet, finds the features, and makes the types of both sets agree. */
export async function fetchRaw(context: StageContext, plan: DataFetchPlan): Promise<RawData> {
  const sample = findManifest(plan.paths.rawTrain, plan.fingerprint, isSampleManifest);
  const infer = findManifest(plan.paths.rawInfer, plan.fingerprint, isRawManifest);
  if (sample !== undefined && infer !== undefined) {
    context.events.log(`Both exports are complete from an earlier attempt: ${sample.rows} rows of sample_sql, ${infer.rows} of infer_sql.`);
    return { sample, infer };
  }
  using opened = await openQueries(context, {
    warehousePath: plan.warehousePath,
    scratchDir: plan.paths.scratch,
    roots: plan.roots,
    queries: [plan.sample, plan.infer],
  });
  const schemas = { sample: opened.columns[0] ?? [], infer: opened.columns[1] ?? [] };
  return await fetchMissing(context, { plan, db: opened.db, schemas, sample });
}

interface OpenFetch {
  readonly plan: DataFetchPlan;
  readonly db: Duckdb;
  readonly schemas: { readonly sample: readonly Column[]; readonly infer: readonly Column[] };
  readonly sample: SampleManifest | undefined;
}

async function fetchMissing(context: StageContext, fetch: OpenFetch): Promise<RawData> {
  const { plan, db, schemas } = fetch;
  const known = fetch.sample === undefined ? undefined : reconcileTypes(fetch.sample.detection.sources, schemas.infer);
  const isReusable = known !== undefined && Object.keys(known.train).length === 0;
  if (isReusable) context.events.log(`sample_sql is exported already: ${fetch.sample?.rows} rows.`);
  const sample = isReusable && fetch.sample !== undefined ? fetch.sample : await fetchSample(context, fetch);
  context.events.checkpoint({ sample_sql_executed: true, infer_sql_executed: false, sample_rows: sample.rows });
  const casts = reconcileTypes(sample.detection.sources, schemas.infer).infer;
  const job: ExportJob = { source: plan.infer, columns: schemas.infer, casts, target: plan.paths.rawInfer };
  const infer = await exportSet(context, db, job);
  const building = readParts(buildingName(job.target), infer.files);
  await warnOfEmptyColumns(context, db, { names: sample.detection.sources.map((source) => source.column.name), from: building });
  const manifest = { fingerprint: plan.fingerprint, ...asManifest(infer, job) };
  writeManifest(buildingName(job.target), manifest);
  publish(job.target);
  context.events.checkpoint({ sample_sql_executed: true, infer_sql_executed: true, sample_rows: sample.rows, infer_rows: infer.rows });
  return { sample, infer: manifest };
}

/** A feature that is null in every row to score makes predictions worse, but is no reason to stop. */
async function warnOfEmptyColumns(context: StageContext, db: Duckdb, look: { names: readonly string[]; from: string }): Promise<void> {
  const present = await db.numbers(`SELECT ${look.names.map((name) => `count(${quoteName(name)})`).join(', ')} FROM ${look.from}`);
  look.names.forEach((name, index) => {
    if (present[index] === 0)
      context.events.log(`Feature column ${name} is null in all rows of infer_sql; the model scores them as unknown.`, 'WARNING');
  });
}

async function fetchSample(context: StageContext, { plan, db, schemas }: OpenFetch): Promise<SampleManifest> {
  const roles = assignRoles(schemas.sample, plan.explicit);
  checkInferNames(
    roles.features.map((feature) => feature.column),
    schemas.infer,
  );
  const job: ExportJob = { source: plan.sample, columns: schemas.sample, casts: {}, target: plan.paths.rawTrain };
  const exported = await exportSet(context, db, job);
  const building = buildingName(job.target);
  try {
    context.events.log(`Looking at ${schemas.sample.length} columns of ${exported.rows} rows`);
    const profile = await profileRows(db, { columns: schemas.sample, roles, from: readParts(building, exported.files) });
    const detection = detectFeatures(schemas.sample, roles, profile);
    const casts = { ...detection.casts, ...reconcileTypes(detection.sources, schemas.infer).train };
    const files = Object.keys(casts).length === 0 ? exported : await recast(context, db, { ...job, casts, exported });
    const manifest: SampleManifest = {
      fingerprint: plan.fingerprint,
      ...asManifest(files, { ...job, casts }),
      detection: settled(detection, casts),
    };
    writeManifest(building, manifest);
    publish(job.target);
    return manifest;
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    throw error;
  }
}

async function profileRows(db: Duckdb, look: { columns: readonly Column[]; roles: ColumnRoles; from: string }): Promise<Profile> {
  const [row] = await db.rows(profileQuery(look.columns, look.roles, look.from));
  const profile = parseProfile(look.columns, row ?? []);
  const names = countableColumns(profile);
  return names.length === 0 ? profile : withDistinct(profile, names, await db.numbers(distinctQuery(names, look.from)));
}

/** Exports one set beside its target; the caller writes the manifest and publishes it. */
async function exportSet(context: StageContext, db: Duckdb, job: ExportJob): Promise<ExportedFiles> {
  const { field, sql } = job.source;
  const building = buildingName(job.target);
  mkdirSync(dirname(job.target), { recursive: true });
  rmSync(building, { recursive: true, force: true });
  context.events.log(`Exporting ${field} (${job.columns.length} columns)`);
  const started = performance.now();
  const exported = await exportParquet(db, {
    from: `query(${quoteText(sql)})`,
    columns: job.columns.map((column) => ({
      name: column.name,
      castTo: job.casts[column.name] ?? (column.isCast ? column.type : undefined),
    })),
    directory: building,
    onProgress: (percent) => context.events.progress(Math.floor(percent), 100, `Exporting ${field}, percent`),
  }).catch((error: unknown) => {
    throw describeSqlError(error, job.source);
  });
  if (exported.rows === 0) {
    rmSync(building, { recursive: true, force: true });
    throw new StageError('empty_input', `${field} gives no rows. Check its conditions and the data that it reads.`, { field, value: sql });
  }
  const seconds = (performance.now() - started) / 1000;
  context.events.progress(100, 100, `Exporting ${field}, percent`);
  context.events.log(`${field}: ${exported.rows} rows, ${exported.bytes} bytes in ${exported.files.length} files, ${seconds.toFixed(1)} s`);
  return exported;
}

/** Writes exported rows once more with other types; for the few columns whose type only their values told. */
async function recast(context: StageContext, db: Duckdb, job: ExportJob & { readonly exported: ExportedFiles }): Promise<ExportedFiles> {
  const building = buildingName(job.target);
  const recast = `${job.target}.recast`;
  rmSync(recast, { recursive: true, force: true });
  const list = Object.entries(job.casts).map(([name, type]) => `${name} to ${type}`);
  context.events.log(`Casting ${list.join(', ')}`);
  const files = await exportParquet(db, {
    from: readParts(building, job.exported.files),
    columns: job.columns.map(({ name }) => ({ name, castTo: job.casts[name] })),
    directory: recast,
    onProgress: (percent) => context.events.progress(Math.floor(percent), 100, 'Casting columns, percent'),
  });
  rmSync(building, { recursive: true });
  renameSync(recast, building);
  return files;
}

/** The detection as a later run needs it: sources carry the types that are now on disk. */
function settled(detection: Detection, casts: Readonly<Record<string, string>>): Detection {
  return { ...detection, sources: detection.sources.map((source) => ({ ...source, type: casts[source.column.name] ?? source.type })) };
}

function asManifest(exported: ExportedFiles, job: ExportJob): Omit<RawManifest, 'fingerprint'> {
  const schema = Object.fromEntries(job.columns.map((column) => [column.name, job.casts[column.name] ?? column.type]));
  return { rows: exported.rows, bytes: exported.bytes, parts: exported.files, schema };
}

function buildingName(target: string): string {
  return `${target}.building`;
}

function publish(target: string): void {
  if (existsSync(target)) rmSync(target, { recursive: true });
  syncPath(buildingName(target));
  renameSync(buildingName(target), target);
  syncPath(dirname(target));
}
