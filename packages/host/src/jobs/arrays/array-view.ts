import { JOB_STATE_RULES, type JobArray, type JobState } from '@weir/contract';
import type { ArrayRecord } from '../job-request.ts';
import { countIndices } from './index-ranges.ts';

/** An array's tasks by what became of them. A task that went back to the queue waits; one that ended without success failed. */
export function viewArray(record: ArrayRecord, started: ReadonlyMap<JobState, number>): JobArray {
  let [waiting, active, completed, failed] = [countIndices(record.waiting), 0, 0, 0];
  for (const [state, count] of started) {
    if (state === 'pending') waiting += count;
    else if (state === 'completed') completed += count;
    else if (JOB_STATE_RULES[state].allocated) active += count;
    else failed += count;
  }
  return { spec: record.spec, parallel: record.parallel, tasks: record.tasks, waiting, active, completed, failed };
}
