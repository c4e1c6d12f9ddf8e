import { WorkflowSummary } from '@weir/contract';
import { Check } from 'typebox/value';

/** Reads the JSON that `weir workflow submit --wait --json` prints. */
export function parseSummary(text: string): WorkflowSummary {
  const summary: unknown = JSON.parse(text);
  if (Check(WorkflowSummary, summary)) return summary;
  throw new Error(`weir printed something else than a summary: ${text.slice(0, 500)}`);
}
