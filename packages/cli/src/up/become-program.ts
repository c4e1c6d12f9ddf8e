import { AppError } from '@weir/contract/client';
import type { Program } from './programs.ts';

/** Replaces this process by one of our programs: same pid, same terminal, so that signals and service managers reach it directly. Never returns. */
export function becomeProgram({ args, environment }: Program): never {
  if (process.execve === undefined) throw new AppError('internal', 'this platform cannot replace a process: use weir up');
  return process.execve(process.execPath, [process.execPath, ...args], { ...environment });
}
