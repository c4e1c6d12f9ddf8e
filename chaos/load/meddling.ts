import type { Client } from '@weir/contract/client';
import type { Random } from '../world/random.ts';

/** Does what users do while things break: cancels, pauses and resumes some jobs that have not ended. */
export async function meddle(client: () => Client, random: Random): Promise<void> {
  const { jobs } = await client().jobList({ query: { limit: 60 } });
  const live = jobs.filter((job) => job.ended_at === null);
  for (const job of live.filter(() => random.chance(0.15))) {
    const params = { job_id: job.job_id };
    const act = random.pick(['jobCancel', 'jobPause', 'jobResume'] as const);
    // Refusals are part of it: the job may have ended, or its node may be away.
    await client()
      [act]({ params })
      .catch(() => undefined);
    if (act === 'jobPause')
      await client()
        .jobResume({ params })
        .catch(() => undefined);
  }
}
