import type { Outcome, StopCause } from '@weir/contract/protocol';
import type { ProcessIdentity } from '@weir/runtime';
import { attemptKey, parseAttemptKey, type AttemptId } from '../executor.ts';

/**
 * What has become of an attempt, as the name of its file tells (the head of shim/weir-shim.pl lists the states and who enters them).
 * Times are ms since the epoch; `startedAt` is null when the program never ran.
 */
export type EntryState =
  | { readonly kind: 'new' }
  | { readonly kind: 'void'; readonly end: Outcome }
  | { readonly kind: 'claim'; readonly shim: ProcessIdentity }
  | { readonly kind: 'run' | 'frozen'; readonly shim: ProcessIdentity; readonly startedAt: number }
  | { readonly kind: 'exit'; readonly exit: Exit; readonly startedAt: number | null; readonly endedAt: number };

/** How the program or its start ended, and why: `start_STEP` means that STEP failed with the errno `code`. */
export interface Exit {
  readonly code: number;
  readonly signal: number;
  readonly cause: string;
}

export interface AttemptEntry {
  readonly id: AttemptId;
  /** The file's name. */
  readonly name: string;
  readonly state: EntryState;
}

/** The cause of an `exit` that the runner enters for an attempt whose shim vanished. */
export const LOST = 'lost';
export const START_STEP = 'start_';

const STOP_CAUSES = ['user', 'time_limit', 'superseded', 'preempted', 'gang'] as const satisfies readonly StopCause[];

/** Reads a file's name; undefined when it is not the file of an attempt. */
export function parseEntry(name: string): AttemptEntry | undefined {
  const [job = '', attempt = '', kind = '', ...facts] = name.split('.');
  const id = parseAttemptKey(`${job}.${attempt}`);
  const state = parseState(kind, facts);
  return id === undefined || state === undefined ? undefined : { id, name, state };
}

/** The name of an attempt's file in a state written as text. */
export function entryName(id: AttemptId, state: string): string {
  return `${attemptKey(id)}.${state}`;
}

/** The state of an attempt that is never to be begun, and why. */
export function voidState(by: StopCause | 'never'): string {
  return `void.${by}`;
}

/** The state of an attempt whose shim vanished. */
export function lostState(startedAt: number | null, endedAt: number): string {
  return `exit.0.0.${LOST}.${startedAt ?? 0}.${endedAt}`;
}

function parseState(kind: string, facts: readonly string[]): EntryState | undefined {
  const [first = '', second = '', third = '', fourth, fifth] = facts;
  const shim = { pid: Number(first), startTicks: Number(second) };
  switch (kind) {
    case 'new':
      return { kind };
    case 'void':
      return {
        kind,
        end: first === 'never' ? { kind: 'never_started' } : { kind: 'stopped', by: parseStopCause(first), code: null, signal: null },
      };
    case 'claim':
      return { kind, shim };
    case 'run':
    case 'frozen':
      return { kind, shim, startedAt: Number(third) };
    case 'exit': {
      const startedAt = Number(fourth);
      const exit = { code: Number(first), signal: Number(second), cause: third };
      return { kind, exit, startedAt: startedAt === 0 ? null : startedAt, endedAt: Number(fifth) };
    }
    default:
      return undefined;
  }
}

/** Reads a cause of a stop; anything else is a bug of runner or shim. */
export function parseStopCause(text: string): StopCause {
  const cause = STOP_CAUSES.find((known) => known === text);
  if (cause === undefined) throw new Error(`"${text}" is not a cause of a stop`);
  return cause;
}
