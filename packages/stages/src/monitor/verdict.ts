import type { MonitorSpec } from '@weir/contract';
import type { TableEvaluation } from './evaluation.ts';
import { count, fixed } from './numbers.ts';

/** What a reader should know first: one sentence, and what to look at. */
export interface Verdict {
  readonly level: 'good' | 'check';
  readonly sentence: string;
  readonly remarks: readonly string[];
}

const CHANCE_AUC = 0.55;
const WIDE_GAP = 0.03;
const CALIBRATION_LIMIT = 0.05;
const SHIFT_FACTOR = 2;

/** Judges a run from its figures; pure. */
export function judgeRun(spec: MonitorSpec, table: TableEvaluation | undefined): Verdict {
  const remarks = [...judgeLabels(spec), ...judgeTable(spec, table), ...judgeTraining(spec)];
  const level = remarks.length === 0 ? 'good' : 'check';
  return { level, sentence: `${describeQuality(spec)} ${describeLoad(spec)}`, remarks };
}

/** The split that metrics are judged on: test where there is one. */
export function judgedSplit(spec: MonitorSpec): 'test' | 'valid' {
  return spec.train.metrics['test'] !== undefined && Object.keys(spec.train.metrics['test']).length > 0 ? 'test' : 'valid';
}

function describeQuality(spec: MonitorSpec): string {
  const split = judgedSplit(spec);
  const list = spec.dataFetch.labels.map(({ name }) => `${fixed(spec.train.metrics[split]?.[name]?.['AUC'])} for ${name}`);
  return `${modelName(spec)} reached ${split} AUC ${joinList(list)}.`;
}

function describeLoad(spec: MonitorSpec): string {
  return `${count(spec.transport.rowsLoaded)} rows were scored, checked against the input and loaded into ${spec.transport.table}.`;
}

function judgeLabels(spec: MonitorSpec): string[] {
  const split = judgedSplit(spec);
  return spec.dataFetch.labels.flatMap(({ name }) => {
    const auc = spec.train.metrics[split]?.[name]?.['AUC'];
    const valid = spec.train.metrics['valid']?.[name]?.['AUC'];
    const error = calibrationError(spec.train.calibration[name] ?? []);
    return [
      ...(auc !== undefined && auc < CHANCE_AUC ? [`${name}: ${split} AUC ${fixed(auc)} is hardly better than chance (0.5).`] : []),
      ...(auc !== undefined && valid !== undefined && valid - auc > WIDE_GAP
        ? [`${name}: AUC falls from ${fixed(valid)} (valid) to ${fixed(auc)} (test).`]
        : []),
      ...(error > CALIBRATION_LIMIT ? [`${name}: predictions are off by ${fixed(error)} on average; see the calibration.`] : []),
    ];
  });
}

function judgeTable(spec: MonitorSpec, table: TableEvaluation | undefined): string[] {
  if (table === undefined) return ['The result table could not be read for an evaluation; see the log of the monitor stage.'];
  const changed = table.rows !== spec.transport.rowsLoaded;
  return [
    ...(changed
      ? [
          `${spec.transport.table} holds ${count(table.rows)} rows now, ${count(spec.transport.rowsLoaded)} were loaded: it was changed since.`,
        ]
      : []),
    ...table.labels
      .filter(({ model }) => model.auc < CHANCE_AUC)
      .map(
        ({ label, model, column }) =>
          `${label}: on the scored rows AUC against ${column} is ${fixed(model.auc)}, hardly better than chance (0.5).`,
      ),
    ...table.labels
      .filter(({ rate, meanPrediction }) => meanPrediction > SHIFT_FACTOR * rate || meanPrediction < rate / SHIFT_FACTOR)
      .map(
        ({ label, rate, meanPrediction, column }) =>
          `${label}: the mean prediction ${fixed(meanPrediction)} is far from the mean of ${column}, ${fixed(rate)}.`,
      ),
  ];
}

function judgeTraining({ train }: MonitorSpec): string[] {
  const isLast = !train.stoppedEarly && train.bestEpoch === train.epochsCompleted && train.epochsCompleted > 1;
  return isLast ? [`The last epoch (${train.bestEpoch}) was the best: more epochs may do better.`] : [];
}

/** Mean distance of prediction and observation over the bins, weighted by rows (expected calibration error). */
export function calibrationError(bins: readonly { count: number; meanPrediction: number; observedRate: number }[]): number {
  const rows = bins.reduce((sum, bin) => sum + bin.count, 0);
  return rows === 0 ? 0 : bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.meanPrediction - bin.observedRate), 0) / rows;
}

/** Name of the model without its path in the model zoo. */
export function modelName(spec: MonitorSpec): string {
  const named = spec.experiment.params['model'];
  return (typeof named === 'string' ? named : spec.experiment.model).split('/').at(-1) ?? spec.experiment.model;
}

function joinList(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? 'unknown') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}
