import type { StageEvent } from '@weir/contract';
import { readConfig } from '../../src/config.ts';
import { toStageError, type StageError } from '../../src/errors.ts';
import { EventWriter } from '../../src/process/event-writer.ts';
import type { StageContext } from '../../src/process/stage-context.ts';
import { join } from 'node:path';
import { enginePython, readEvents, type Home } from './run-stage.ts';

export interface TestContext extends StageContext {
  readonly told: () => StageEvent[];
}

/** What a stage program is given, for running it inside the test's own process. */
export function makeContext(at: Home): TestContext {
  const eventsPath = join(at.home, 'events.jsonl');
  const config = readConfig({
    WEIR_HOME: at.home,
    WEIR_DATA_ROOTS: at.data,
    WEIR_CPUS: '2',
    PATH: process.env['PATH'],
    WEIR_ENGINE_PYTHON: enginePython,
    ...at.env,
  });
  return {
    config,
    events: new EventWriter(eventsPath, { quiet: true }),
    signal: new AbortController().signal,
    told: () => readEvents(eventsPath),
  };
}

/** The error that `work` ends with. */
export async function refusalOf(work: Promise<unknown>): Promise<StageError> {
  try {
    await work;
  } catch (error) {
    return toStageError(error);
  }
  throw new Error('it was not refused');
}
