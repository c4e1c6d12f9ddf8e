import { AppError } from '@weir/contract/client';
import { clearStatus, paintNote } from './terminal.ts';

/** How a failure is shown. */
export interface FailureStyle {
  readonly json: boolean;
  readonly debug: boolean;
}

const UNEXPECTED_EXIT = 70;

/** Tells a person (or with `json` a program) on standard error what went wrong; answers the exit code. */
export function reportFailure(error: unknown, style: FailureStyle): number {
  const known = error instanceof AppError ? error : undefined;
  const message = known?.message ?? `unexpected failure: ${error instanceof Error ? error.message : String(error)}`;
  clearStatus();
  if (style.json) {
    process.stderr.write(`${JSON.stringify({ error: { code: known?.code ?? 'internal', message, ...known?.detail } })}\n`);
  } else {
    process.stderr.write(`${paintNote('red', 'weir:')} ${message}\n`);
    if (known === undefined && !style.debug) process.stderr.write('(WEIR_LOG_LEVEL=debug shows where)\n');
  }
  if (style.debug) process.stderr.write(`${describeCauses(error)}\n`);
  return known?.exitCode ?? UNEXPECTED_EXIT;
}

function describeCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by: ${describeCauses(error.cause)}`;
}
