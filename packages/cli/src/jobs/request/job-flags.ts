import { Option, type Command } from 'commander';
import type { Config } from '../../config.ts';
import type { JobFlag } from './job-flag.ts';
import { joinRequests, type JobRequest } from './job-request.ts';
import { PLACE_FLAGS } from './place-flags.ts';
import { QUEUE_FLAGS } from './queue-flags.ts';
import { RUN_FLAGS } from './run-flags.ts';

const GROUPS: readonly (readonly [string, readonly JobFlag[]])[] = [
  ['What it needs:', PLACE_FLAGS],
  ['When it runs:', QUEUE_FLAGS],
  ['How it runs:', RUN_FLAGS],
];

/** Every option about a job. */
export const JOB_FLAGS: readonly JobFlag[] = GROUPS.flatMap(([, flags]) => flags);

/** Gives a command every option about a job; what it answers tells, once the command line is read, what they said. */
export function addJobFlags(command: Command, config: Config): () => JobRequest {
  const said: JobRequest[] = [];
  for (const [heading, flags] of GROUPS) {
    for (const flag of flags) {
      const option = new Option(flag.flags, flag.help).helpGroup(heading).hideHelp(flag.hidden === true);
      command.addOption(option);
      command.on(`option:${option.name()}`, (text: string | null) => said.push(flag.read(text ?? '', config)));
    }
  }
  return () => joinRequests(said);
}

/** The words about the grammar that belong below the options. */
export const JOB_FLAG_HELP = `
Times: 90 (seconds), 90s, 15m, 1h30m, 1:30:00, 2-12:00:00 (days-hours:minutes:seconds). Memory: 512M, 2G, 1.5T; a bare number is MiB.
Targets: NODE, NODE:NUMA, NODE::GPU,GPU, NODE:NUMA::GPU,GPU; several --target make a batch of one job each.
Arrays: 1-100, 0-20:2, 1,5,9; with %8 at most eight at once. A task knows its index as WEIR_ARRAY_INDEX.
--no-requeue, --no-exclusive and --no-hold take back what a script says.`;
