import { join } from 'node:path';
import { readTextIfThere, writeFileAtomic } from '@weir/runtime';
import type { HostConfig } from '../config.ts';
import type { IdentityService } from './identity-service.ts';

/**
 * Writes the local user's credential and the local runner's token (mode 0600), so that CLI and runner on this machine just work.
 * Secrets that still work are kept.
 */
export async function writeLocalCredentials(config: HostConfig, identity: IdentityService): Promise<void> {
  const credentialPath = join(config.home, 'credential');
  const token = await identity.issueUserToken(config.localUser, readSecret(credentialPath));
  writeFileAtomic(credentialPath, `${JSON.stringify({ user: config.localUser, token })}\n`, 0o600);
  const nodeTokenPath = join(config.home, 'run', 'node-token');
  const nodeToken = await identity.issueNodeToken(config.localNode, readSecret(nodeTokenPath));
  writeFileAtomic(nodeTokenPath, `${JSON.stringify({ node: config.localNode, token: nodeToken })}\n`, 0o600);
}

/** A file that is missing or damaged is written anew. */
function readSecret(path: string): string | undefined {
  const text = readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'token' in value && typeof value.token === 'string' ? value.token : undefined;
  } catch {
    return undefined;
  }
}
