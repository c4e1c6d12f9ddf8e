import type { WorkflowSummary } from '@weir/contract';
import type { Quality } from './quality.ts';

export interface DemoOutcome {
  readonly summary: WorkflowSummary;
  readonly quality: readonly Quality[];
  readonly link: string;
  /** The call that shows some of the result. */
  readonly query: string;
  /** Set when it is not the default one, so that the calls below find it. */
  readonly home: string | undefined;
}

/** What the demo says at its end, for people. */
export function describeOutcome({ summary, quality, link, query, home }: DemoOutcome): string {
  const prefix = home === undefined ? '' : `WEIR_HOME=${home} `;
  return [
    `Workflow ${summary.workflow_id}: ${summary.state}`,
    '',
    ...summary.stages.map((stage) => `  ${stage.name.padEnd(12)}${stage.state.padEnd(11)}${formatSeconds(stage.seconds)}`),
    '',
    ...Object.entries(summary.metrics['test'] ?? {}).map(([label, metrics]) => `  test  ${label.padEnd(15)}${formatMetrics(metrics)}`),
    ...quality.map(describeQuality),
    '',
    `  rows  ${count(summary.rows_trained)} trained, ${count(summary.rows_inferred)} predicted, ${count(summary.rows_loaded)} loaded into ${summary.result_table ?? '-'}`,
    '',
    `Look at the report (the link opens once):  ${link}`,
    `Look at the result:                        ${prefix}./weir warehouse query --sql '${query}'`,
    `Weir goes on running; stop it with:        ${prefix}./weir down`,
  ].join('\n');
}

function describeQuality({ label, modelAuc, bestAuc }: Quality): string {
  return `  new   ${label.padEnd(15)}expected AUC ${modelAuc.toFixed(4)}; the best possible on these rows is ${bestAuc.toFixed(4)}`;
}

function formatMetrics(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join('  ');
}

function formatSeconds(seconds: number | null): string {
  return seconds === null ? '       -' : `${seconds.toFixed(1).padStart(6)} s`;
}

function count(rows: number | null): string {
  return rows === null ? '-' : rows.toLocaleString('en-US');
}
