import { parseDuration } from '@weir/contract/client';
import { readInstant } from '../../input/begin-time.ts';
import { readChoice } from '../../input/choice.ts';
import { readDependencies } from '../../input/dependencies.ts';
import { readWhole } from '../../input/numbers.ts';
import { CLASSES } from './choices.ts';
import type { JobFlag } from './job-flag.ts';

const readPriority = readWhole({ option: '--priority', min: -1000, max: 1000 });

/** Options about a job's place in the queue and its time. */
export const QUEUE_FLAGS: readonly JobFlag[] = [
  {
    flags: '--time-limit <time>',
    help: 'stop it after this time: 90, 15m, 1h30m, 2-12:00:00',
    read: (text) => ({ time_limit_ms: parseDuration(text) }),
  },
  {
    flags: '--begin <time>',
    help: 'not before: now+1h, 16:00, 2026-01-31T16:00',
    read: (text) => ({ begin_at: readInstant('--begin', text) }),
  },
  {
    flags: '--depends <kind:id,...>',
    help: 'after the end of jobs: afterok, afterany, afternotok (repeatable)',
    read: (text) => ({ depends: readDependencies(text) }),
  },
  { flags: '--array <indices>', help: 'one task per index: 1-100, 1-100%8', read: (array) => ({ array }) },
  { flags: '--priority <n>', help: 'from -1000 to 1000, higher starts sooner', read: (text) => ({ priority: readPriority(text) }) },
  {
    flags: '--class <class>',
    help: `${CLASSES.join(', ')}: a higher one may take the place of a lower`,
    read: (text) => ({ class: readChoice('--class', CLASSES)(text) }),
  },
  { flags: '--account <name>', help: 'who is charged (default: your default account)', read: (account) => ({ account }) },
  { flags: '--requeue', help: 'run again when its node is lost, wait again when it has to make room', read: () => ({ requeue: true }) },
  { flags: '--no-requeue', help: 'not again', hidden: true, read: () => ({ requeue: false }) },
  { flags: '--hold', help: 'queue it although no known node could hold it', read: () => ({ hold: true }) },
  { flags: '--no-hold', help: 'refuse it then', hidden: true, read: () => ({ hold: false }) },
];
