import { ERROR_CODES, formatTarget, isErrorCode, type Batch } from '@weir/contract/client';
import type { Link } from '../../connection/patience.ts';
import { onInterrupt } from '../../output/interrupt.ts';
import { note, paintNote, print, printJson } from '../../output/terminal.ts';
import { watchJobs } from './watch-jobs.ts';

/** Tells what became of a batch: each job that is queued on standard output, each refusal on standard error; with `json` the answer itself. */
export async function announceBatch(batch: Batch, { json }: { json: boolean }): Promise<void> {
  if (json) return printJson(batch);
  for (const job of batch.jobs) {
    await print(`job ${job.job_id} submitted${job.target === null ? '' : ` for ${formatTarget(job.target)}`}`);
  }
  for (const { index, target, reason } of batch.refused) {
    note(
      `${paintNote('red', 'weir:')} ${target === null ? `command ${index + 1}` : `target ${formatTarget(target)}`} is refused: ${reason}`,
    );
  }
  if (batch.jobs.length > 0) note(`see them with: weir job list --batch ${batch.batch_id}`);
}

/** The exit code of a batch that is not waited for: 0 when all of it is queued, else that of its first refusal. */
export function exitOfBatch({ refused: [first] }: Batch): number {
  if (first === undefined) return 0;
  return ERROR_CODES[isErrorCode(first.code) ? first.code : 'internal'].exit;
}

/** Waits for the jobs of a batch; answers the exit code of the first that did not succeed, then that of a refusal. With `json` prints the batch with the ended jobs. */
export async function awaitBatch(link: Link, batch: Batch, json: boolean): Promise<number> {
  onInterrupt(`the jobs go on; cancel them with: weir job cancel --batch ${batch.batch_id}`);
  const { ended, exitCode } = await watchJobs(link, batch.jobs);
  if (json) await printJson({ ...batch, jobs: ended });
  return exitCode === 0 ? exitOfBatch(batch) : exitCode;
}
