import { Type, type Static } from 'typebox';
import { IDENTIFIER_PATTERN, Timestamp } from '../ids.ts';
import { Outcome } from '../jobs/outcome.ts';
import { Inventory, NodeUsage } from '../nodes/node-schemas.ts';

export { MAX_FRAME_BYTES, PROTOCOL_VERSION } from './limits.ts';

const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const attempt = { jobId: Id, attempt: Type.Integer({ minimum: 1 }) };

/** What a runner knows of an attempt that the host has not acknowledged as ended. */
export const AttemptReport = Type.Union([
  Type.Object({ ...attempt, kind: Type.Literal('preparing') }),
  Type.Object({ ...attempt, kind: Type.Literal('running'), startedAt: Timestamp, paused: Type.Boolean() }),
  Type.Object({
    ...attempt,
    kind: Type.Literal('ended'),
    outcome: Outcome,
    startedAt: Type.Union([Timestamp, Type.Null()]),
    endedAt: Timestamp,
  }),
]);
export type AttemptReport = Static<typeof AttemptReport>;

/**
 * Frames from runner to host, JSON text.
 *
 * hello      first frame of a session; lists every attempt on the node that is not acknowledged as ended;
 *            an end listed there is told once (it is not repeated as a report): all its event lines are acknowledged
 * heartbeat  every few seconds; with what the node's parts are doing when it was measured
 * report     an attempt changed (started, paused, resumed, ended); `ended` is repeated by the next hello until `endedAck`
 * events     lines of a stage's event file from byte `offset` to `nextOffset`; sent in order, repeated until `eventsAck`
 */
export const RunnerFrame = Type.Union([
  Type.Object({
    type: Type.Literal('hello'),
    version: Type.Integer(),
    node: Type.String({ pattern: IDENTIFIER_PATTERN }),
    inventory: Inventory,
    attempts: Type.Array(AttemptReport),
  }),
  Type.Object({ type: Type.Literal('heartbeat'), usage: Type.Optional(NodeUsage) }),
  Type.Object({ type: Type.Literal('report'), report: AttemptReport }),
  Type.Object({
    type: Type.Literal('events'),
    ...attempt,
    offset: Type.Integer({ minimum: 0 }),
    nextOffset: Type.Integer({ minimum: 0 }),
    /** Parsed JSON lines, not yet validated; a line that was not JSON arrives as a `log` event of level WARNING. */
    lines: Type.Array(Type.Unknown()),
  }),
  /** Answer to readLog that cannot be served. */
  Type.Object({ type: Type.Literal('logFailed'), requestId: Id, message: Type.String() }),
]);
export type RunnerFrame = Static<typeof RunnerFrame>;
