import { resolve } from 'node:path';
import { AppError, parseDuration } from '@weir/contract/client';
import { readChoice } from '../../input/choice.ts';
import { readEnvironment } from '../../input/environment.ts';
import { CHECKPOINT_SIGNALS, EXECUTORS } from './choices.ts';
import type { JobFlag } from './job-flag.ts';

/** Options about the process of a job. */
export const RUN_FLAGS: readonly JobFlag[] = [
  { flags: '--name <name>', help: 'name of the job', read: (name) => ({ name }) },
  { flags: '--comment <text>', help: 'a note that stays with the job', read: (comment) => ({ comment }) },
  {
    flags: '--env <name=value>',
    help: 'a variable of the job; the name alone copies yours (repeatable)',
    read: (text, config) => ({ env: readEnvironment([text], config.environment) }),
  },
  { flags: '--workdir <dir>', help: 'where it runs (default: the current directory)', read: (text) => ({ workdir: resolve(text) }) },
  {
    flags: '--stdout <pattern>',
    help: 'file for its output: %j job, %a index, %n name, %N node, %u user',
    read: (stdout) => ({ stdout }),
  },
  { flags: '--stderr <pattern>', help: 'file for its errors, the same way', read: (stderr) => ({ stderr }) },
  { flags: '--grace <time>', help: 'time from the request to stop to the kill: 10s', read: (text) => ({ grace_ms: readGrace(text) }) },
  {
    flags: '--checkpoint-signal <name>',
    help: `sent before it has to make room: ${CHECKPOINT_SIGNALS.join(', ')}`,
    read: (text) => ({ checkpoint_signal: readChoice('--checkpoint-signal', CHECKPOINT_SIGNALS)(text.replace(/^SIG/, '')) }),
  },
  {
    flags: '--executor <kind>',
    help: `what starts it: ${EXECUTORS.join(', ')}`,
    read: (text) => ({ executor: readChoice('--executor', EXECUTORS)(text) }),
  },
  { flags: '--container <name>', help: 'only NULL, as HakuRiver has it: no container, a systemd scope', read: readContainer },
];

function readGrace(text: string): number {
  return /^0+(ms|s)?$/.test(text) ? 0 : parseDuration(text);
}

function readContainer(text: string): { executor: 'systemd' } {
  if (text.toUpperCase() === 'NULL') return { executor: 'systemd' };
  throw new AppError('invalid_input', `--container is "${text}": only NULL (no container, a systemd scope) is there`, {
    field: '--container',
    value: text,
  });
}
