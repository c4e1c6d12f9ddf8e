import type { Event, EventPage, RouteResponse, Routes, SYSTEM_ROUTES } from '@weir/contract';
import { listEvents, readLastSeq, type EventFilter } from '../events/event-store.ts';
import { readRequestKey } from '../idempotency/request-key.ts';
import type { Identity } from '../identity/identity-service.ts';
import type { Services } from '../services.ts';
import { listAudit, type AuditFilter } from '../store/audit-store.ts';
import { parseObject } from '../store/parse-json.ts';
import type { Queries } from '../store/store.ts';
import { toIso } from '../store/time.ts';
import type { Handlers } from './route-table.ts';

/** Events that are looked at in one query. */
const PIECE = 10_000;
/** Of readers of all events: how often they look at most, ms. */
const GAP_MS = 25;

interface EventQuery {
  readonly after?: number;
  readonly limit?: number;
  readonly job_id?: number;
  readonly workflow_id?: number;
  readonly wait_ms?: number;
}

/** Health, the own identity, metrics, audit, events and warehouses. */
export function systemHandlers(services: Services): Pick<Handlers, keyof typeof SYSTEM_ROUTES> {
  const { identity: identities, warehouses, health, metrics } = services;
  return {
    healthShow: async ({ reply }) => {
      const report = await health.check();
      if (report.status === 'unhealthy') void reply.status(503);
      return report;
    },
    meShow: async ({ identity }) => identity,
    ticketCreate: async ({ identity }) => {
      const { ticket, expiresAt } = await identities.createTicket(identity);
      return { ticket, expires_at: toIso(expiresAt) };
    },
    metricsShow: () => metrics.show(),
    auditList: ({ query }) => readAuditPage(services.store.read, { ...query, limit: query.limit ?? 100 }),
    eventList: ({ identity, query, signal }) => readEventPage(services, { identity, query, signal }),
    warehouseList: async () => ({ warehouses: warehouses.list() }),
    warehouseQuery: (call) =>
      warehouses.query(call.identity, { ...call.body, warehouse: call.params.name }, readRequestKey('warehouseQuery', call)),
  };
}

async function readAuditPage(db: Queries, filter: AuditFilter): Promise<RouteResponse<Routes['auditList']>> {
  const rows = await listAudit(db, filter);
  const entries = rows.map((row) => ({ ...row, at: toIso(row.at), detail: parseObject(row.detail) }));
  return { entries, next_before: rows.length === filter.limit ? (rows.at(-1)?.id ?? null) : null };
}

/** Reads a page of events that the asker may see; waits for the first one when asked to. */
export async function readEventPage(
  services: Pick<Services, 'store' | 'hub'>,
  asked: { readonly identity: Identity; readonly query: EventQuery; readonly signal: AbortSignal },
): Promise<EventPage> {
  const { query, identity } = asked;
  const after = query.after ?? 0;
  const isNarrow = query.job_id !== undefined || query.workflow_id !== undefined;
  const filter = {
    limit: query.limit ?? 500,
    jobId: query.job_id,
    workflowId: query.workflow_id,
    owner: identity.role === 'admin' ? undefined : identity.user,
  };
  let newest = after;
  const found = await services.hub.lookUntil<Event[]>({
    look: async () => {
      // Nothing up to there matters to the asker: the next look begins behind it.
      const from = newest;
      // Before the events themselves: one committed in between is in the page or after `last_seq`, never lost.
      newest = Math.max(from, await readLastSeq(services.store.read));
      const events = isNarrow
        ? await listEvents(services.store.read, { after: from, ...filter })
        : await findEvents(services.store.read, { from, newest, filter });
      return events.length > 0 ? events : undefined;
    },
    concerns: (event) =>
      (query.job_id === undefined || event.job_id === query.job_id) &&
      (query.workflow_id === undefined || event.workflow_id === query.workflow_id),
    waitMs: query.wait_ms ?? 0,
    ...(isNarrow ? {} : { gapMs: GAP_MS }),
    signal: asked.signal,
  });
  const events = found ?? [];
  return { events, last_seq: events.at(-1)?.seq ?? Math.max(after, newest) };
}

/** Goes through the events piece by piece, as few may be the asker's: others get their turns in between. */
async function findEvents(
  db: Queries,
  range: { from: number; newest: number; filter: Omit<EventFilter, 'after' | 'upTo'> },
): Promise<Event[]> {
  for (let { from } = range; from < range.newest; from += PIECE) {
    const events = await listEvents(db, { after: from, upTo: Math.min(from + PIECE, range.newest), ...range.filter });
    if (events.length > 0) return events;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return [];
}
