import { Type, type Static } from 'typebox';
import { IdNumber, JsonObject, Timestamp } from '../ids.ts';

/**
 * Everything that happened, in commit order. `seq` grows by commit; a client that knows the last one it saw asks for what came after.
 * Stage events keep their own fields in `data` and carry the stage's name as `data.stage`.
 */
export const EVENT_TYPES = [
  'job.submitted',
  'job.starting',
  'job.started',
  'job.paused',
  'job.resumed',
  'job.stopping',
  'job.preempting',
  'job.pausing',
  'job.resuming',
  'job.updated',
  'job.requeued',
  'job.ended',
  'node.online',
  'node.suspect',
  'node.lost',
  'node.offline',
  'node.drained',
  'node.undrained',
  'node.labelled',
  'node.removed',
  'policy.changed',
  'workflow.created',
  'workflow.started',
  'workflow.retried',
  'workflow.completed',
  'workflow.failed',
  'workflow.cancelled',
  'workflow.deleted',
  'stage.queued',
  'stage.started',
  'stage.completed',
  'stage.failed',
  'stage.logged',
  'stage.progressed',
  'stage.measured',
  'stage.checkpointed',
  'stage.artifact_stored',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const Event = Type.Object({
  seq: IdNumber,
  at: Timestamp,
  type: Type.Enum([...EVENT_TYPES]),
  job_id: Type.Union([IdNumber, Type.Null()]),
  workflow_id: Type.Union([IdNumber, Type.Null()]),
  node: Type.Union([Type.String(), Type.Null()]),
  data: JsonObject,
});
export type Event = Static<typeof Event>;

export const EventPage = Type.Object({ events: Type.Array(Event), last_seq: Type.Integer() });
export type EventPage = Static<typeof EventPage>;
