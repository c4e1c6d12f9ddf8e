import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@weir/contract/client';
import { writeFileAtomic } from '@weir/runtime/files';
import { readJsonFile } from '../input/json-file.ts';

/** Of which hosts a home is a node, and under which name. */
export interface Membership {
  /** All of one fleet. */
  readonly hosts: readonly string[];
  readonly node: string;
}

/** Reads of which host this home is a node; undefined when it never joined one. */
export function readMembership(home: string): Membership | undefined {
  const record = readJsonFile(fileOf(home));
  const [hosts, node] = [record?.['hosts'], record?.['node']];
  return Array.isArray(hosts) && typeof node === 'string' ? { hosts: hosts.map(String), node } : undefined;
}

/**
 * Writes the node's token, then of which host it is; both readable by the owner alone. With a token the home joins anew: its runner serves
 * that host, and gives up jobs of another store that it may have.
 */
export function storeMembership(home: string, membership: Membership, secret?: string): void {
  mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
  if (secret !== undefined) {
    rmSync(join(home, 'node', 'welcome.json'), { force: true });
    writeFileAtomic(join(home, 'run', 'node-token'), `${JSON.stringify({ node: membership.node, token: secret })}\n`, 0o600);
  }
  writeFileAtomic(fileOf(home), `${JSON.stringify(membership)}\n`, 0o600);
}

/** Refuses a home that has a host of its own: its node belongs to that host. */
export function refuseHomeOfHost(home: string): void {
  if (readMembership(home) !== undefined || !['weir.db', 'credential'].some((name) => existsSync(join(home, name)))) return;
  throw new AppError(
    'state_conflict',
    `${home} has a host of its own, and its node belongs to that host: join from another folder, as in "WEIR_HOME=~/.weir-node weir node join ..."`,
  );
}

/** Refuses to run a host in a home that joined another host: the node's token would be lost. */
export function refuseJoinedHome(home: string): void {
  const membership = readMembership(home);
  if (membership === undefined) return;
  throw new AppError(
    'state_conflict',
    `${home} is node ${membership.node} of ${membership.hosts.join(', ')}: start its runner with "weir node join", or give the host another WEIR_HOME`,
  );
}

function fileOf(home: string): string {
  return join(home, 'node.json');
}
