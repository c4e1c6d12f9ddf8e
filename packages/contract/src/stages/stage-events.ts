import { Type, type Static } from 'typebox';
import { JsonObject } from '../ids.ts';

export { MAX_STAGE_EVENT_BYTES } from '../runner/limits.ts';

const at = Type.Optional(Type.String());

/** One JSON line that a stage program appends to the file named by `WEIR_EVENTS`. `at` is ISO 8601 UTC. */
export const StageEvent = Type.Union([
  Type.Object({
    type: Type.Literal('log'),
    at,
    level: Type.Union([Type.Literal('DEBUG'), Type.Literal('INFO'), Type.Literal('WARNING'), Type.Literal('ERROR')]),
    message: Type.String(),
  }),
  Type.Object({ type: Type.Literal('progress'), at, current: Type.Number(), total: Type.Number(), message: Type.String() }),
  Type.Object({
    type: Type.Literal('metric'),
    at,
    name: Type.String(),
    value: Type.Number(),
    unit: Type.Optional(Type.String()),
    label: Type.Optional(Type.String()),
    split: Type.Optional(Type.String()),
    epoch: Type.Optional(Type.Number()),
    step: Type.Optional(Type.Number()),
  }),
  /** What a re-run of the stage needs to know; the last one is given back as `checkpoint`. */
  Type.Object({ type: Type.Literal('checkpoint'), at, data: JsonObject }),
  Type.Object({ type: Type.Literal('artifact'), at, name: Type.String(), path: Type.String(), bytes: Type.Number() }),
  Type.Object({
    type: Type.Literal('error'),
    at,
    code: Type.String(),
    message: Type.String(),
    field: Type.Optional(Type.String()),
    value: Type.Optional(Type.Unknown()),
  }),
  /** The monitor stage's report: kept by the host, served to browsers. */
  Type.Object({ type: Type.Literal('report'), at, html: Type.String(), json: JsonObject }),
  /** What the stage leaves to the next ones; once, last. */
  Type.Object({ type: Type.Literal('result'), at, data: JsonObject }),
]);
export type StageEvent = Static<typeof StageEvent>;
