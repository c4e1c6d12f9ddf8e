import type { Client, Event, Job } from '@weir/contract/client';

const PAGE = 1000;

/** Every job that the host knows, newest first. */
export async function readJobs(client: Client): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null;) {
    const page: { jobs: Job[]; next_before: number | null } = await client.jobList({ query: { limit: PAGE, before } });
    jobs.push(...page.jobs);
    before = page.next_before;
  }
  return jobs;
}

/** Every event, in order. */
export async function readEvents(client: Client): Promise<Event[]> {
  const events: Event[] = [];
  for (;;) {
    const page = await client.eventList({ query: { after: events.at(-1)?.seq ?? 0, limit: PAGE } });
    if (page.events.length === 0) return events;
    events.push(...page.events);
  }
}
