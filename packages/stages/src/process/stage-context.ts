import type { JsonObject } from '@weir/contract';
import type { StageConfig } from '../config.ts';
import type { EventWriter } from './event-writer.ts';

/** What every stage program is given besides its spec. */
export interface StageContext {
  readonly config: StageConfig;
  readonly events: EventWriter;
  /** Aborted when the program was asked to stop. */
  readonly signal: AbortSignal;
}

/**
 * A stage program: does its work and returns what the next stages need; undefined when it leaves nothing.
 * It may be killed at any instruction and be run again with the same spec: what is finished is not repeated, what is not is built anew.
 */
export type RunStage<Spec> = (context: StageContext, spec: Spec) => Promise<JsonObject | undefined>;
