import { existsSync } from 'node:fs';
import { STAGE_PROGRAMS, type StageProgram } from '@weir/contract';
import { readConfig } from './config.ts';
import { toStageError, type StageError } from './errors.ts';
import { EventWriter } from './process/event-writer.ts';
import { readSpecFile } from './process/read-spec.ts';
import { STOPPED_EXIT, stopOnSignal } from './process/stop-on-signal.ts';
import { PROGRAMS } from './programs.ts';

const USAGE_EXIT = 64;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const program = args[0];
  if (!isProgram(program)) {
    process.stderr.write(`Usage: main.ts <program>; programs: ${STAGE_PROGRAMS.join(', ')}\n`);
    return USAGE_EXIT;
  }
  const config = readConfig();
  const events = new EventWriter(config.eventsPath, { quiet: program === 'warehouse_query' });
  const signal = stopOnSignal();
  try {
    const spec = readSpecFile(config.specPath);
    enterDataRoot(config.dataRoots);
    const result = await PROGRAMS[program]({ config, events, signal }, spec);
    events.emit({ type: 'result', data: result ?? {} });
    return 0;
  } catch (error) {
    return signal.aborted ? STOPPED_EXIT : report(events, toStageError(error));
  } finally {
    events.close();
  }
}

/** Relative file names in SQL start at the first data root. */
function enterDataRoot(roots: readonly string[]): void {
  const [first] = roots;
  if (first !== undefined && existsSync(first)) process.chdir(first);
}

function isProgram(name: string | undefined): name is StageProgram {
  return STAGE_PROGRAMS.some((program) => program === name);
}

function report(events: EventWriter, error: StageError): number {
  events.error(error);
  if (error.fault === 'system' && error.cause instanceof Error) process.stderr.write(`${error.cause.stack ?? ''}\n`);
  return error.fault === 'user' ? 2 : 1;
}
