import type { JsonObject, MonitorSpec } from '@weir/contract';
import type { TableEvaluation } from './evaluation.ts';
import { parseInstant } from './numbers.ts';
import { calibrationError, judgeRun, modelName, type Verdict } from './verdict.ts';

export interface StageTime {
  readonly name: string;
  readonly startedAt: string;
  readonly completedAt: string;
  readonly seconds: number;
  readonly jobId: number;
  readonly retries: number;
}

/** Everything the report says; the page shows it, the JSON file holds it. */
export interface Report {
  readonly workflow: {
    readonly id: number;
    readonly name: string;
    readonly user: string;
    readonly createdAt: string;
    readonly datasetId: string;
  };
  readonly experiment: { readonly model: string; readonly experimentId: string; readonly source: string; readonly params: JsonObject };
  readonly verdict: Verdict;
  readonly stages: readonly StageTime[];
  readonly totalSeconds: number;
  readonly rows: MonitorSpec['dataFetch']['rows'] & {
    readonly trained: number;
    readonly scored: number;
    readonly loaded: number;
    readonly replaced: number | null;
  };
  readonly bytes: { readonly sample: number; readonly infer: number; readonly predictions: number };
  readonly labels: readonly LabelReport[];
  readonly training: Omit<MonitorSpec['train'], 'metrics' | 'calibration'>;
  readonly evaluation: TableEvaluation | null;
  readonly features: MonitorSpec['dataFetch']['features'];
  readonly excluded: MonitorSpec['dataFetch']['excluded'];
  readonly sql: { readonly sample: string; readonly infer: string };
  readonly result: {
    readonly warehouse: string;
    readonly warehousePath: string;
    readonly table: string;
    readonly columns: readonly string[];
    readonly query: string;
  };
  readonly places: Readonly<Record<string, string>>;
}

export interface LabelReport {
  readonly name: string;
  readonly prediction: string;
  readonly positives: number;
  readonly rate: number;
  /** split → metric → value. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly calibration: MonitorSpec['train']['calibration'][string];
  readonly calibrationError: number;
}

export interface ReportInput {
  readonly spec: MonitorSpec;
  /** Absent when the result table could not be read. */
  readonly table: TableEvaluation | undefined;
  readonly warehousePath: string;
  readonly configDir: string;
}

/** Gathers the report of a run; pure. */
export function makeReport({ spec, table, warehousePath, configDir }: ReportInput): Report {
  const { dataFetch, train, infer, transport } = spec;
  const stages = spec.stages.map(describeStage);
  return {
    workflow: { id: spec.workflowId, name: spec.workflowName, user: spec.user, createdAt: spec.createdAt, datasetId: spec.datasetId },
    experiment: {
      model: modelName(spec),
      experimentId: spec.experiment.experimentId,
      source: spec.experiment.source,
      params: spec.experiment.params,
    },
    verdict: judgeRun(spec, table),
    stages,
    totalSeconds: stages.reduce((sum, stage) => sum + stage.seconds, 0),
    rows: {
      ...dataFetch.rows,
      trained: train.rowsTrained,
      scored: infer.rows,
      loaded: transport.rowsLoaded,
      replaced: transport.rowsReplaced,
    },
    bytes: { ...dataFetch.bytes, predictions: infer.bytes },
    labels: describeLabels(spec),
    training: describeTraining(train),
    evaluation: table ?? null,
    features: dataFetch.features,
    excluded: dataFetch.excluded,
    sql: { sample: spec.sampleSql, infer: spec.inferSql },
    result: {
      warehouse: spec.warehouse.name,
      warehousePath,
      table: transport.table,
      columns: infer.columns,
      query: `SELECT * FROM ${transport.table} ORDER BY prediction_0 DESC LIMIT 20`,
    },
    places: {
      'exported rows to learn from': dataFetch.rawTrainDir,
      'exported rows to score': dataFetch.rawInferDir,
      'FuxiCTR dataset': dataFetch.processedDir,
      configuration: configDir,
      model: train.modelPath,
      predictions: infer.outputDir,
      'warehouse file': warehousePath,
    },
  };
}

const MOST_COLUMNS = 1000;
const MOST_SQL = 256 * 1024;

/** The report as it is sent: of very long lists and queries only the beginning, the file beside the page has all. */
export function shortenReport(report: Report): Report {
  const { sql } = report;
  return {
    ...report,
    features: report.features.slice(0, MOST_COLUMNS),
    excluded: report.excluded.slice(0, MOST_COLUMNS),
    sql: { sample: sql.sample.slice(0, MOST_SQL), infer: sql.infer.slice(0, MOST_SQL) },
  };
}

function describeTraining(train: MonitorSpec['train']): Report['training'] {
  const {
    modelDir,
    modelPath,
    modelId,
    epochsCompleted,
    bestEpoch,
    stoppedEarly,
    finalLoss,
    rowsTrained,
    parameters,
    device,
    seconds,
    history,
  } = train;
  return {
    modelDir,
    modelPath,
    modelId,
    epochsCompleted,
    bestEpoch,
    stoppedEarly,
    finalLoss,
    rowsTrained,
    parameters,
    device,
    seconds,
    history,
  };
}

function describeStage(stage: MonitorSpec['stages'][number]): StageTime {
  const { name, startedAt, completedAt, jobId, retries } = stage;
  const seconds = (parseInstant(completedAt) - parseInstant(startedAt)) / 1000;
  return { name, startedAt, completedAt, seconds: Number.isFinite(seconds) ? Math.max(0, seconds) : 0, jobId, retries };
}

function describeLabels({ dataFetch, train, infer }: MonitorSpec): LabelReport[] {
  return dataFetch.labels.map(({ name, positives, rate }) => {
    const splits = Object.entries(train.metrics).flatMap(([split, labels]) =>
      labels[name] === undefined ? [] : [[split, labels[name]] as const],
    );
    const calibration = train.calibration[name] ?? [];
    const index = infer.labels.indexOf(name);
    return {
      name,
      prediction: index < 0 ? 'none' : `prediction_${index}`,
      positives,
      rate,
      metrics: Object.fromEntries(splits),
      calibration,
      calibrationError: calibrationError(calibration),
    };
  });
}
