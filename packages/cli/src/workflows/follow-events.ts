import { workflowHasEnded, type Event, type EventPage } from '@weir/contract/client';
import { callPatiently, type Link } from '../connection/patience.ts';

const WAIT_MS = 20_000;
const PAGE = 1000;
const ENDS: readonly Event['type'][] = ['workflow.completed', 'workflow.failed', 'workflow.cancelled', 'workflow.deleted'];

/** Takes events in their order; awaited before the next one. */
export type EventSink = (event: Event) => Promise<void> | void;

/** Gives every event of a workflow after `after` that there is now; answers the last one's number. */
export async function copyWorkflowEvents(
  link: Link,
  workflowId: number,
  { after, sink }: { after: number; sink: EventSink },
): Promise<number> {
  let seen = after;
  for (;;) {
    const page = await readEvents(link, workflowId, { after: seen });
    if (page.events.length === 0) return seen;
    for (const event of page.events) await sink(event);
    seen = page.events.at(-1)?.seq ?? seen;
  }
}

/** Gives the events of a workflow as they come until it rests; each once, through restarts of the host. */
export async function followWorkflowEvents(link: Link, workflowId: number, start: { after: number; sink: EventSink }): Promise<void> {
  let after = await copyWorkflowEvents(link, workflowId, start);
  while (!(await workflowRests(link, workflowId))) {
    let page: EventPage;
    do {
      page = await readEvents(link, workflowId, { after, waitMs: WAIT_MS });
      for (const event of page.events) await start.sink(event);
      after = page.events.at(-1)?.seq ?? after;
    } while (page.events.length > 0 && !page.events.some((event) => ENDS.includes(event.type)));
  }
  await copyWorkflowEvents(link, workflowId, { ...start, after });
}

async function workflowRests(link: Link, workflowId: number): Promise<boolean> {
  const workflow = await callPatiently(link, ({ client }) => client.workflowShow({ params: { task_id: workflowId } }));
  return workflowHasEnded({ state: workflow.status });
}

function readEvents(link: Link, workflowId: number, place: { after: number; waitMs?: number }): Promise<EventPage> {
  const query = { after: place.after, limit: PAGE, ...(place.waitMs === undefined ? {} : { wait_ms: place.waitMs }) };
  return callPatiently(link, ({ client }) => client.workflowEvents({ params: { task_id: workflowId }, query }));
}
