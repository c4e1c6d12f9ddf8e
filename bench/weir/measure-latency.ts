import { execFileSync } from 'node:child_process';
import { jobHasEnded, type Client } from '@weir/contract/client';
import { percentile, round } from '../measure/statistics.ts';
import { makeWallClock } from '../measure/wall-clock.ts';
import type { WeirInstance } from './weir-instance.ts';

/** The program that tells when it began: nanoseconds since the epoch on its standard output. */
const TELL_TIME = ['/bin/date', '+%s%N'] as const;
const END_MS = 30_000;

/** One job after the other on an idle node: from before the submit to the first instruction of the job's program, and to the answer. */
export async function measureLatency(weir: WeirInstance, client: Client, count: number): Promise<Record<string, number>> {
  const clock = makeWallClock();
  const starts: number[] = [];
  const acks: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const from = clock();
    const job = await client.jobCreate({ body: { command: [...TELL_TIME] } });
    acks.push(clock() - from);
    const ended = await client.jobShow({ params: { job_id: job.job_id }, query: { wait_ms: END_MS } });
    if (!jobHasEnded(ended)) throw new Error(`job ${job.job_id} did not end within ${END_MS} ms`);
    starts.push(Number(weir.readOutput(job.job_id)) / 1e6 - from);
  }
  return {
    submit_to_first_instruction_p50_ms: round(percentile(starts, 0.5)),
    submit_to_first_instruction_p95_ms: round(percentile(starts, 0.95)),
    ack_p50_ms: round(percentile(acks, 0.5)),
    date_process_ms: round(measureDate(count)),
  };
}

/** What is in every sample whoever starts the job: from before a plain start of that program to the time that it tells. */
function measureDate(count: number): number {
  const clock = makeWallClock();
  const [program, ...args] = TELL_TIME;
  const samples = Array.from({ length: count }, () => {
    const from = clock();
    return Number(execFileSync(program, args)) / 1e6 - from;
  });
  return percentile(samples, 0.5);
}
