import { Compile } from 'typebox/compile';
import { AppError, StageEvent, type EventType, type JsonObject, type RunnerFrame } from '@weir/contract';
import type { NewEvent } from '../events/event-store.ts';
import { findAllocatedAttempt, transitionJob, ALLOCATED_STATES } from '../jobs/attempt-store.ts';
import type { WriteContext } from '../store/group-commit.ts';
import type { JobRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { updateStageOfJob, upsertReport } from './workflow-store.ts';

type EventsFrame = Extract<RunnerFrame, { type: 'events' }>;

const stageEvent = Compile(StageEvent);

/** Lines that stage programs write, stored exactly once: the byte offset moves in the same transaction as the events. */
export class StageEventService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Stores the lines unless they are stored already; returns the offset up to which lines are stored. */
  async store(node: string, frame: EventsFrame): Promise<number> {
    if (frame.nextOffset < frame.offset)
      throw new AppError('invalid_input', `event lines from byte ${frame.offset} cannot end at byte ${frame.nextOffset}`);
    return this.#store.write(async (context) => {
      const job = await findAllocatedAttempt(context.db, { jobId: frame.jobId, attempt: frame.attempt, node });
      if (job === undefined) return frame.nextOffset;
      if (job.events_offset !== frame.offset) return job.events_offset;
      for (const line of frame.lines) await storeLine(context, job, readLine(line));
      await transitionJob(context.db, { id: job.id, attempt: job.attempt, from: ALLOCATED_STATES }, { events_offset: frame.nextOffset });
      return frame.nextOffset;
    });
  }
}

/** A line outside the contract is shown to the user as it is: the program that wrote it is wrong, not the user. */
function readLine(line: unknown): StageEvent {
  if (stageEvent.Check(line)) return line;
  return { type: 'log', level: 'WARNING', message: `not an event: ${JSON.stringify(line).slice(0, 2000)}` };
}

const EVENT_TYPE: Record<StageEvent['type'], EventType | undefined> = {
  log: 'stage.logged',
  progress: 'stage.progressed',
  metric: 'stage.measured',
  checkpoint: 'stage.checkpointed',
  artifact: 'stage.artifact_stored',
  error: 'stage.logged',
  report: undefined,
  result: undefined,
};

async function storeLine(context: WriteContext, job: JobRow, event: StageEvent): Promise<void> {
  const type = EVENT_TYPE[event.type];
  if (type !== undefined) await context.emit(makeEvent(job, type, event));
  if (event.type === 'error') {
    await transitionJob(context.db, { id: job.id, attempt: job.attempt, from: ALLOCATED_STATES }, { error_message: event.message });
  }
  if (job.workflow_id === null) return;
  if (event.type === 'checkpoint') await updateStageOfJob(context.db, job.id, { checkpoint: JSON.stringify(event.data) });
  if (event.type === 'result') await updateStageOfJob(context.db, job.id, { result: JSON.stringify(event.data) });
  if (event.type === 'report')
    await upsertReport(context.db, { workflow_id: job.workflow_id, html: event.html, json: JSON.stringify(event.json) });
}

function makeEvent(job: JobRow, type: EventType, event: StageEvent): NewEvent {
  const fields = Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'type' && name !== 'at'));
  const data: JsonObject = event.type === 'error' ? { level: 'ERROR', ...fields } : fields;
  return { type, jobId: job.id, workflowId: job.workflow_id, node: job.node, owner: job.user, data: { stage: job.stage, ...data } };
}
