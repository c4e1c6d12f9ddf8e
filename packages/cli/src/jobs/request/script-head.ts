import { Command, CommanderError } from 'commander';
import { AppError } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import type { Directive } from './directive.ts';
import { addJobFlags } from './job-flags.ts';
import { joinRequests, type JobRequest } from './job-request.ts';
import { readSlurmLines } from './slurm-options.ts';
import { splitWords } from './shell-words.ts';

/** What the head of a script asks for, and what of it was not understood. */
export interface ScriptHead {
  readonly request: JobRequest;
  readonly warnings: readonly string[];
}

/**
 * Reads the lines `#WEIR --flag value` and `#SBATCH --flag value` before a script's first command.
 * Throws `invalid_input` with the line for a wrong `#WEIR` line; what Weir has not of Slurm's options is a warning.
 */
export function readScriptHead(script: string, { name, config }: { name: string; config: Config }): ScriptHead {
  const slurm = readSlurmLines(findDirectives(script, '#SBATCH'), name);
  const requests = [...slurm.directives, ...findDirectives(script, '#WEIR')].map((directive) =>
    readLine(directive, { where: `${name}, line ${directive.line}`, config }),
  );
  return { request: joinRequests(requests), warnings: slurm.warnings };
}

function findDirectives(script: string, mark: string): Directive[] {
  const lines = script.split(/\r?\n/);
  const end = lines.findIndex((line) => !/^\s*(#|$)/.test(line));
  return lines.slice(0, end === -1 ? undefined : end).flatMap((line, index) => {
    if (!line.startsWith(`${mark} `) && !line.startsWith(`${mark}\t`)) return [];
    return [{ line: index + 1, words: splitWords(line.slice(mark.length)) }];
  });
}

function readLine(directive: Directive, { where, config }: { where: string; config: Config }): JobRequest {
  const command = new Command()
    .exitOverride()
    .helpOption(false)
    .configureOutput({ outputError: () => undefined });
  const said = addJobFlags(command, config);
  try {
    const { operands, unknown } = command.parseOptions([...directive.words]);
    const [odd] = [...unknown, ...operands];
    if (odd !== undefined) throw new AppError('invalid_input', `"${odd}" is not an option about a job`, { value: odd });
  } catch (error) {
    if (!(error instanceof CommanderError || error instanceof AppError)) throw error;
    const message = error.message.replace(/^error: /, '');
    const detail = error instanceof AppError ? error.detail : {};
    throw new AppError('invalid_input', `${where}: ${message}`, { ...detail, cause: error });
  }
  return said();
}
