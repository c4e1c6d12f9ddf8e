import { readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { hasErrorCode } from '../../error-code.ts';
import type { Outcome, StopCause } from '@weir/contract/protocol';
import type { ProcessIdentity } from '@weir/runtime';
import type { EndedState, StopOrder } from '../executor.ts';

/**
 * The facts that runner and shim leave in an attempt's folder, as symbolic links whose targets are text
 * (the head of shim/weir-shim.pl lists them and says why links).
 */
export type FactName = 'claim' | 'started' | 'frozen' | 'exit' | 'stop' | 'pause';

/** Reads a fact; undefined when it is not there. */
export function readFact(folder: string, name: FactName): string | undefined {
  try {
    return readlinkSync(`${folder}/${name}`);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** States a fact that nobody has stated; false when it is stated already. */
export function stateFact(folder: string, name: FactName, text: string): boolean {
  try {
    symlinkSync(text, `${folder}/${name}`);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** States a fact in place of what it said before. */
export function restateFact(folder: string, name: FactName, text: string): void {
  if (stateFact(folder, name, text)) return;
  const beside = `${folder}/${name}.new`;
  symlinkSync(text, beside);
  renameSync(beside, `${folder}/${name}`);
}

/** Takes a fact back; does nothing when it is not there. */
export function withdrawFact(folder: string, name: FactName): void {
  try {
    unlinkSync(`${folder}/${name}`);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  }
}

/** Who has claimed an attempt: a shim, or the runner so that no shim ever will. */
export type Claim = { readonly kind: 'shim'; readonly shim: ProcessIdentity } | { readonly kind: 'void'; readonly end: Outcome };

const VOID_NEVER = 'void.never';

/** Claims an attempt so that it is never started; false when a shim was faster. */
export function claimVoid(folder: string, by: StopCause | 'never'): boolean {
  return stateFact(folder, 'claim', `void.${by}`);
}

export function parseClaim(text: string): Claim {
  if (text === VOID_NEVER) return { kind: 'void', end: { kind: 'never_started' } };
  const [first = '', second = ''] = text.split('.');
  if (first === 'void') return { kind: 'void', end: { kind: 'stopped', by: parseStopCause(second), code: null, signal: null } };
  return { kind: 'shim', shim: { pid: Number(first), startTicks: Number(second) } };
}

/** The time a `started` fact tells, ms since the epoch. */
export function parseStarted(text: string): number {
  return Number(text.split('.')[2]);
}

/** Writes a stop order as the shim reads it. */
export function formatStop(order: StopOrder): string {
  return `${order.by}.${order.graceMs}`;
}

export function parseStop(text: string): StopOrder {
  const [by = '', graceMs] = text.split('.');
  return { by: parseStopCause(by), graceMs: Number(graceMs) };
}

const START_STEP = 'start_';
const LOST = 'lost';

/** The `exit` fact of an attempt whose shim vanished. */
export function formatLost(startedAt: number | null, endedAt: number): string {
  return `0.0.${LOST}.${startedAt ?? 0}.${endedAt}`;
}

/** Reads an `exit` fact: CODE.SIGNAL.CAUSE.STARTED_MS.ENDED_MS. */
export function parseExit(
  text: string,
  limits: { memoryBytes: number | null; describeFailure: (step: string, errno: number) => string },
): EndedState {
  const [code, signal, cause = '', started, ended] = text.split('.');
  const startedAt = Number(started);
  const outcome: Outcome = cause.startsWith(START_STEP)
    ? { kind: 'start_failed', message: limits.describeFailure(cause.slice(START_STEP.length), Number(code)) }
    : outcomeOf({ code: Number(code), signal: Number(signal), cause, limitBytes: limits.memoryBytes ?? 0 });
  return { kind: 'ended', outcome, startedAt: startedAt === 0 ? null : startedAt, endedAt: Number(ended) };
}

function outcomeOf(exit: { code: number; signal: number; cause: string; limitBytes: number }): Outcome {
  const { code, signal, cause } = exit;
  if (cause === LOST) return { kind: 'lost', reason: 'process_vanished' };
  if (cause === 'memory') return { kind: 'oom_killed', limitBytes: exit.limitBytes };
  if (cause === 'none') return signal === 0 ? { kind: 'exited', code } : { kind: 'signaled', signal };
  return { kind: 'stopped', by: parseStopCause(cause), code: signal === 0 ? code : null, signal: signal === 0 ? null : signal };
}

function parseStopCause(text: string): StopCause {
  if (text === 'user' || text === 'time_limit' || text === 'superseded') return text;
  throw new Error(`"${text}" is not a cause of a stop`);
}
