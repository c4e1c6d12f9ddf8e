import type { Client, Job } from '@weir/contract/client';
import { readJobIds } from '../input/numbers.ts';
import type { Invocation } from '../invocation.ts';
import { print, printJson } from '../output/terminal.ts';

/** What is done to each named job, and how it is told. */
export interface JobAction {
  readonly act: (client: Client, jobId: number) => Promise<Job>;
  readonly describe: (job: Job) => string;
}

/** Does one action to every job that the command line names, in its order; with `--json` one line per job. */
export async function actOnJobs<Options>(call: Invocation<Options>, action: JobAction): Promise<void> {
  const ids = readJobIds(call.args);
  const { client } = call.connect();
  for (const id of ids) {
    const job = await action.act(client, id);
    await (call.json ? printJson(job) : print(action.describe(job)));
  }
}
