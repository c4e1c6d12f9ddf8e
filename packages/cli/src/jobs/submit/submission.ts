import { basename, resolve } from 'node:path';
import { AppError, type BatchCreate, type JobCreate, type Target } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readTextFile } from '../../input/text-file.ts';
import { mergeRequests, type JobRequest } from '../request/job-request.ts';
import { readScriptHead } from '../request/script-head.ts';

const MAX_SCRIPT_BYTES = 1024 * 1024;

/** What a command line asks to submit. */
export interface Submission {
  readonly job: JobCreate;
  /** Several: a batch, one job each. */
  readonly targets: readonly Target[];
  /** What of the script's head was not understood. */
  readonly warnings: readonly string[];
}

/** What there is to put a submission together from. */
export interface SubmissionSource {
  readonly script: string | undefined;
  /** A command, or the arguments of the script. */
  readonly args: readonly string[];
  readonly said: JobRequest;
  readonly config: Config;
}

/** Puts together what the command line and the head of the script ask for; the command line wins. */
export function readSubmission(source: SubmissionSource): Submission {
  const { program, head, warnings } = readProgram(source);
  const { targets = [], ...fields } = mergeRequests([head, source.said]);
  const [only] = targets;
  return {
    job: {
      ...program,
      ...fields,
      workdir: fields.workdir ?? resolve('.'),
      ...(targets.length === 1 && only !== undefined ? { target: only } : {}),
    },
    targets,
    warnings,
  };
}

/** The body of a batch; undefined when the submission is one job. */
export function batchOf({ job, targets }: Submission): BatchCreate | undefined {
  return targets.length > 1 ? { job, targets: [...targets] } : undefined;
}

function readProgram({ script, args, config }: SubmissionSource): { program: JobCreate; head: JobRequest; warnings: readonly string[] } {
  if (script !== undefined) {
    const text = readTextFile(script, { what: '--script', maxBytes: MAX_SCRIPT_BYTES });
    const { request, warnings } = readScriptHead(text, { name: script === '-' ? 'standard input' : script, config });
    const head = script === '-' ? request : mergeRequests([{ name: basename(script) }, request]);
    return { program: { script: text, ...(args.length === 0 ? {} : { args: [...args] }) }, head, warnings };
  }
  if (args.length === 0) {
    throw new AppError('invalid_input', 'nothing to run: give a command, as in "weir job submit -- hostname", or --script FILE', {
      field: 'command',
    });
  }
  return { program: { command: [...args] }, head: {}, warnings: [] };
}
