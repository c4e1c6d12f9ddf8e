import type { Event } from '@weir/contract/client';

/** A metric that a stage measured. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly unit: string | undefined;
  readonly label: string | undefined;
  readonly split: string | undefined;
  readonly epoch: number | undefined;
}

/** A text field of an event; undefined when it has none. */
export function textOf(event: Event, name: string): string | undefined {
  const value = event.data[name];
  return typeof value === 'string' ? value : undefined;
}

/** A number field of an event; undefined when it has none. */
export function numberOf(event: Event, name: string): number | undefined {
  const value = event.data[name];
  return typeof value === 'number' ? value : undefined;
}

/** The stage an event belongs to; `workflow` for those of the whole. */
export function stageOf(event: Event): string {
  return textOf(event, 'stage') ?? 'workflow';
}

/** What a `stage.measured` event measured. */
export function metricOf(event: Event): Metric {
  return {
    name: textOf(event, 'name') ?? 'metric',
    value: numberOf(event, 'value') ?? Number.NaN,
    unit: textOf(event, 'unit'),
    label: textOf(event, 'label'),
    split: textOf(event, 'split'),
    epoch: numberOf(event, 'epoch'),
  };
}

/** Writes a measured value: whole numbers as they are, others with six significant digits. */
export function formatValue(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : String(Number(value.toPrecision(6)));
}

/** `AUC 0.8312 ms` */
export function formatMetric(metric: Metric): string {
  return `${metric.name} ${formatValue(metric.value)}${metric.unit === undefined ? '' : ` ${metric.unit}`}`;
}

/** `3/10 Training epoch 3/10` of a `stage.progressed` event. */
export function formatProgress(event: Event): string {
  const current = numberOf(event, 'current') ?? 0;
  const total = numberOf(event, 'total') ?? 0;
  const percent = total > 0 ? ` (${Math.floor((100 * current) / total)}%)` : '';
  const message = textOf(event, 'message') ?? '';
  return `${formatValue(current)}/${formatValue(total)}${percent}${message === '' ? '' : ` ${message}`}`;
}
