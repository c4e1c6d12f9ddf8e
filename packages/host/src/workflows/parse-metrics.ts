import type { JsonObject, WorkflowSummary } from '@weir/contract';

/** The metrics of a train result: split, label, metric, value; empty when it has none. */
export function parseMetrics(train: JsonObject): WorkflowSummary['metrics'] {
  const { metrics } = train;
  return typeof metrics === 'object' && metrics !== null ? (metrics as WorkflowSummary['metrics']) : {};
}
