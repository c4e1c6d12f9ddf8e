import type { WorkflowState, WorkflowSummary } from '@weir/contract/client';
import { printTable, type Cell } from '../output/table.ts';
import { paint, print, printable, type Color } from '../output/terminal.ts';
import { formatSpan } from '../output/times.ts';
import { formatValue } from './event-fields.ts';

const COLORS: Record<WorkflowState, Color> = {
  pending: 'gray',
  running: 'cyan',
  completed: 'green',
  failed: 'red',
  cancelled: 'yellow',
};

/** A workflow's or stage's state in its colour. */
export function paintState(state: WorkflowState): Cell & { readonly painted: string } {
  return { painted: paint(COLORS[state], state) };
}

/** Prints a run in a small table: stages, metrics per label, rows, table, page. */
export async function printSummary(summary: WorkflowSummary): Promise<void> {
  await print(`${paint('bold', `workflow ${summary.workflow_id}`)} ${paintState(summary.state).painted}`);
  if (summary.error !== null) await print(paint('red', printable(summary.error)));
  await print('');
  await printTable(
    [{ head: 'STAGE' }, { head: 'STATE' }, { head: 'TIME', align: 'right' }],
    summary.stages.map((stage) => [stage.name, paintState(stage.state), stage.seconds === null ? '-' : formatSpan(stage.seconds * 1000)]),
  );
  await printMetrics(summary);
  await printOutcome(summary);
}

/** The exit code that stands for how a workflow ended: 0 only when it completed. */
export function exitCodeOfWorkflow(state: WorkflowState): number {
  if (state === 'completed') return 0;
  return state === 'cancelled' ? 130 : 1;
}

async function printMetrics({ metrics }: WorkflowSummary): Promise<void> {
  const rows = Object.entries(metrics).flatMap(([split, labels]) =>
    Object.entries(labels).map(([label, values]) => ({ split, label, values })),
  );
  if (rows.length === 0) return;
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.values)))];
  await print('');
  await printTable(
    [{ head: 'SPLIT' }, { head: 'LABEL' }, ...names.map((head) => ({ head, align: 'right' as const }))],
    rows.map(({ split, label, values }) => [split, label, ...names.map((name) => formatCell(values[name]))]),
  );
}

async function printOutcome(summary: WorkflowSummary): Promise<void> {
  const rows = [
    ['trained', summary.rows_trained],
    ['predicted', summary.rows_inferred],
    ['loaded', summary.rows_loaded],
  ] as const;
  const known = rows.flatMap(([what, count]) => (count === null ? [] : [`${formatValue(count)} ${what}`]));
  await print('');
  if (known.length > 0) await print(`rows    ${known.join(', ')}`);
  if (summary.result_table !== null) await print(`table   ${printable(summary.result_table)}`);
  await print(`page    ${summary.url}`);
}

function formatCell(value: number | undefined): string {
  return value === undefined ? '-' : formatValue(value);
}
