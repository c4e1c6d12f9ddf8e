import { Type } from 'typebox';
import { EventPage } from '../events/events.ts';
import { IDENTIFIER_PATTERN, IdNumber, JsonObject, Timestamp } from '../ids.ts';
import { Job } from '../jobs/job-schemas.ts';
import type { Route } from './route.ts';
import { Health, Me, RepeatableHeaders, Ticket, Warehouse } from './schemas.ts';

/** Health, the own identity, events, audit, metrics, warehouses. */
export const SYSTEM_ROUTES = {
  healthShow: { method: 'GET', path: '/api/health', summary: 'Whether every part works', response: Health, access: 'open' },
  meShow: { method: 'GET', path: '/api/me', summary: 'Whose credential this is', response: Me, access: 'user' },
  ticketCreate: {
    method: 'POST',
    path: '/api/tickets',
    summary: 'A single-use link secret for the own browser: /open?ticket=…&to=/path',
    response: Ticket,
    status: 201,
    access: 'user',
  },
  metricsShow: {
    method: 'GET',
    path: '/metrics',
    summary: 'Counts and times for Prometheus (text format 0.0.4)',
    response: 'text',
    access: 'user',
  },
  auditList: {
    method: 'GET',
    path: '/api/audit',
    summary: 'Who did what, newest first',
    query: Type.Object({
      actor: Type.Optional(Type.String({ maxLength: 100 })),
      subject: Type.Optional(Type.String({ maxLength: 300 })),
      before: Type.Optional(IdNumber),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    }),
    response: Type.Object({
      entries: Type.Array(
        Type.Object({
          id: IdNumber,
          at: Timestamp,
          actor: Type.String(),
          action: Type.String(),
          subject: Type.String(),
          detail: JsonObject,
        }),
      ),
      next_before: Type.Union([IdNumber, Type.Null()]),
    }),
    access: 'admin',
  },
  eventList: {
    method: 'GET',
    path: '/api/events',
    summary: 'What happened after `after`, in order; with wait_ms, waits for the first',
    query: Type.Object({
      after: Type.Optional(Type.Integer({ minimum: 0 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
      job_id: Type.Optional(IdNumber),
      workflow_id: Type.Optional(IdNumber),
      wait_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
    }),
    response: EventPage,
    access: 'user',
  },
  warehouseList: {
    method: 'GET',
    path: '/api/warehouses',
    summary: 'Warehouses that workflows may name',
    response: Type.Object({ warehouses: Type.Array(Warehouse) }),
    access: 'user',
  },
  warehouseQuery: {
    method: 'POST',
    path: '/api/warehouses/:name/query',
    summary: 'Run a query as a job; its standard output is the result',
    params: Type.Object({ name: Type.String({ pattern: IDENTIFIER_PATTERN }) }),
    headers: RepeatableHeaders,
    body: Type.Object(
      {
        sql: Type.String({ minLength: 1, maxLength: 1024 * 1024, pattern: '^\\s*[^\\s\\u0000][^\\u0000]*$' }),
        format: Type.Optional(Type.Union([Type.Literal('table'), Type.Literal('csv'), Type.Literal('json')])),
        max_rows: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
      },
      { additionalProperties: false },
    ),
    response: Job,
    status: 201,
    access: 'user',
  },
} as const satisfies Record<string, Route>;
