import { basename } from 'node:path';
import { AppError, type JobCreate, type Program } from '@weir/contract';

/** The one program that a submit names; throws `invalid_input` unless it names exactly one. */
export function readProgram(create: JobCreate): Program {
  if (create.command !== undefined && create.script === undefined) {
    if (create.args !== undefined) throw new AppError('invalid_input', 'args go with a script: put them into command', { field: 'args' });
    if (create.command[0]?.trim() === '')
      throw new AppError('invalid_input', 'command[0] is empty: name a program', { field: 'command', value: '' });
    return { kind: 'command', argv: create.command };
  }
  if (create.script !== undefined && create.command === undefined) return { kind: 'script', text: create.script, args: create.args ?? [] };
  throw new AppError('invalid_input', 'give exactly one of command and script', { field: 'command' });
}

/** The name of a job that was given none. */
export function nameProgram(program: Program): string {
  if (program.kind !== 'command') return 'script';
  const name = basename(program.argv[0] ?? '')
    .replace(/[\u0000-\u001f]/g, ' ')
    .slice(0, 255);
  return name === '' ? 'command' : name;
}
