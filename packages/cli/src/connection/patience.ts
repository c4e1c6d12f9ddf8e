import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type ErrorCode } from '@weir/contract/client';
import { note } from '../output/terminal.ts';
import { connect, type Address, type Connection } from './connect.ts';

const PASSING: readonly ErrorCode[] = ['host_unreachable', 'node_unreachable', 'store_unavailable'];
/** What Node and its HTTP client (undici) say of connections that break in the middle. */
const BROKEN = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];
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

/** Header of a call that may be repeated. */
interface KeyHeader {
  readonly 'idempotency-key': string;
}

/** When to stop trying although the refusal may pass. */
export interface Patience {
  readonly givesUp?: (refusal: AppError) => Promise<boolean>;
}

/** Makes a link to the host at `address`. */
export function openLink(address: Address): Link {
  return { address, connection: connect(address), answered: false };
}

/** Makes a call once: a refusal is final. */
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

/**
 * Makes a call that creates something, under a key of its own: when its answer is lost, or the host's store is away, it is repeated as
 * `callPatiently` does, and nothing is created twice. A host that is not reached at all is told at once.
 */
export async function callUnderKey<T>(link: Link, call: (connection: Connection, headers: KeyHeader) => Promise<T>): Promise<T> {
  const first = link.connection;
  const headers = { 'idempotency-key': randomUUID() };
  const create = async (connection: Connection) => {
    if (!isSameHost(first, connection)) throw new AppError('host_unreachable', `the host at ${first.url} is away`);
    return call(connection, headers);
  };
  try {
    return await callOnce(link, create);
  } catch (error) {
    if (!mayPass(error) || (!link.answered && error.code === 'host_unreachable' && !mayHaveArrived(error))) throw error;
  }
  link.answered = true;
  try {
    return await callPatiently(link, create);
  } catch (error) {
    if (mayPass(error)) note('weir: whether the host has taken it is not known: look before you submit it again');
    throw error;
  }
}

/** Another host knows nothing of our key. */
function isSameHost(first: Connection, found: Connection): boolean {
  return first.url === found.url || (first.own && found.own);
}

/** Whether a connection broke that had been made. */
function mayHaveArrived(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isBroken = 'code' in error && BROKEN.some((known) => known === error.code);
  const isConnecting = 'syscall' in error && error.syscall === 'connect';
  return (isBroken && !isConnecting) || mayHaveArrived(error.cause);
}

function mayPass(error: unknown): error is AppError {
  return error instanceof AppError && PASSING.includes(error.code);
}
