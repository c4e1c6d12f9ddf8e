import { Type, type Static } from 'typebox';
import { IDENTIFIER_PATTERN, IdNumber, Timestamp } from '../ids.ts';

/** Body of every refusal. `detail` repeats the message for clients of the systems that Weir replaces. */
export const ErrorBody = Type.Object({
  detail: Type.String(),
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    field: Type.Optional(Type.String()),
    value: Type.Optional(Type.Unknown()),
    request_id: Type.String(),
  }),
});
export type ErrorBody = Static<typeof ErrorBody>;

export const Health = Type.Object({
  status: Type.Union([Type.Literal('healthy'), Type.Literal('unhealthy')]),
  version: Type.String(),
  pid: Type.Integer(),
  uptime_seconds: Type.Number(),
  /** Per part: `ok`, or what is wrong. */
  checks: Type.Object({
    store: Type.String(),
    scheduler: Type.String(),
    workflows: Type.String(),
    loops: Type.String(),
    /** Only of a host that was given one; without it everything works, only later. */
    redis: Type.Optional(Type.String()),
  }),
  /** Id of the host that answers. */
  host: Type.String(),
  /** It is the one that schedules. */
  leader: Type.Boolean(),
  /** Id of the host that schedules; null = not known at the moment. */
  leading_host: Type.Union([Type.String(), Type.Null()]),
  nodes_online: Type.Integer(),
});
export type Health = Static<typeof Health>;

export const Me = Type.Object({ user: Type.String(), role: Type.Union([Type.Literal('user'), Type.Literal('admin')]) });

/** A single-use way into the pages for a browser, valid for some minutes. */
export const Ticket = Type.Object({ ticket: Type.String(), expires_at: Timestamp });

export const Warehouse = Type.Object({ name: Type.String(), kind: Type.String() });

/**
 * Headers of a request that creates something and may be repeated: with the same key and body it is answered as the first time and creates
 * nothing (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/). Printable ASCII; kept for 24 hours.
 */
export const RepeatableHeaders = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 255, pattern: '^[ -~]*$' })),
});

export const JobParams = Type.Object({ job_id: IdNumber });
export const WorkflowParams = Type.Object({ task_id: IdNumber });
export const NodeParams = Type.Object({ name: Type.String({ pattern: IDENTIFIER_PATTERN }) });
