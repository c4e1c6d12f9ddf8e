import { createHash } from 'node:crypto';
import type { OperationId } from '@weir/contract';
import type { Identity } from '../identity/identity.ts';

/** A request that its sender may repeat: whose it is, the sender's name for it, and what it asks for. */
export interface RequestKey {
  readonly user: string;
  readonly key: string;
  /** SHA-256 of operation, parameters and body; the order of fields does not count. */
  readonly fingerprint: string;
}

interface KeyedCall {
  readonly identity: Identity;
  readonly headers: { readonly 'idempotency-key'?: string };
  readonly params: unknown;
  readonly body: unknown;
}

/** The key that a request was sent with; undefined when there is none. */
export function readRequestKey(operation: OperationId, { identity, headers, params, body }: KeyedCall): RequestKey | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  const asked = JSON.stringify([operation, params ?? null, body ?? null], sortFields);
  return { user: identity.user, key, fingerprint: createHash('sha256').update(asked).digest('hex') };
}

function sortFields(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
