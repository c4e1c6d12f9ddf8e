import type { Role } from '@weir/contract';
import type { JsonText, Millis, Defaulted, GeneratedId } from './column-types.ts';

export interface UserTable {
  name: string;
  role: Role;
  default_account: Defaulted<string>;
  /** Limits */
  limits: Defaulted<JsonText>;
  created_at: Millis;
}

/** `hash` is the SHA-256 of the secret, hex; the secret itself is never stored. */
export interface TokenTable {
  id: GeneratedId;
  hash: string;
  kind: 'user' | 'node' | 'ticket' | 'join';
  /** A user's or a node's name; of a join token: who made it. */
  subject: string;
  label: string | null;
  created_at: Millis;
  expires_at: Millis | null;
  last_used_at: Millis | null;
  /** Of a join token: machines that may still join with it; null = any number. */
  uses_left: number | null;
  /** Of a node token: the labels that its node begins with; record of label to value. */
  labels: JsonText | null;
}

/** What a request was answered that may be repeated. */
export interface IdempotencyKeyTable {
  user: string;
  /** Chosen by the sender. */
  key: string;
  fingerprint: string;
  /** Job, Batch or Workflow */
  answer: JsonText;
  created_at: Millis;
}

export interface AuditTable {
  id: GeneratedId;
  at: Millis;
  actor: string;
  action: string;
  subject: string;
  detail: JsonText;
}

/** Who is charged. */
export interface AccountTable {
  name: string;
  shares: number;
  /** Limits */
  limits: JsonText;
  created_at: Millis;
}

export interface AccountMemberTable {
  account: string;
  user: string;
}

/** Weighted CPU-seconds of one user in one account, as decayed at `as_of`. */
export interface UsageTable {
  account: string;
  user: string;
  usage: number;
  as_of: Millis;
}
