import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type ErrorCode } from '@weir/contract/client';
import { note } from '../output/terminal.ts';
import { connect, type Address, type Connection } from './connect.ts';

const PASSING: readonly ErrorCode[] = ['host_unreachable', 'node_unreachable', 'store_unavailable'];
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const PATIENCE_MS = 10 * 60_000;

/** A way to the host that finds it again after it was started anew. */
export interface Link {
  connection: Connection;
  /** A host that never answered is a mistake to tell at once; one that did comes back. */
  answered: boolean;
  readonly address: Address;
}

/** When to stop trying although the refusal may pass. */
export interface Patience {
  readonly givesUp?: (refusal: AppError) => Promise<boolean>;
}

/** Makes a link to the host at `address`. */
export function openLink(address: Address): Link {
  return { address, connection: connect(address), answered: false };
}

/** Makes a call that must not be repeated: a refusal is final. */
export async function callOnce<T>(link: Link, call: (connection: Connection) => Promise<T>): Promise<T> {
  const answer = await call(link.connection);
  link.answered = true;
  return answer;
}

/**
 * Makes a call that may be repeated (it only reads), again and again while the host, its node or its store is away; at most ten minutes.
 * Says once that it waits and once that it goes on. A host that has not answered before is not waited for.
 */
export async function callPatiently<T>(link: Link, call: (connection: Connection) => Promise<T>, patience: Patience = {}): Promise<T> {
  if (!link.answered) await callOnce(link, ({ client }) => client.healthShow());
  const deadline = Date.now() + PATIENCE_MS;
  for (let failures = 0; ; failures += 1) {
    try {
      if (failures > 0) link.connection = connect(link.address);
      const answer = await callOnce(link, call);
      if (failures > 1) note('weir: back again, going on');
      return answer;
    } catch (error) {
      if (!mayPass(error) || Date.now() > deadline || (await patience.givesUp?.(error)) === true) throw error;
      if (failures === 1) note(`weir: ${error.message}; trying again (Ctrl-C stops waiting)`);
    }
    await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures));
  }
}

function mayPass(error: unknown): error is AppError {
  return error instanceof AppError && PASSING.includes(error.code);
}
