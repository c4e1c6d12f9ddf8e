import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@weir/runtime/files';
import { readJsonFile } from '../input/json-file.ts';

/** Hosts that somebody logged in to from this home, with their tokens; readable by the owner alone. */
interface Logins {
  /** The last one: talked to when no host runs in the home. */
  readonly last: string | undefined;
  readonly tokens: ReadonlyMap<string, string>;
}

/** Reads the home's logins; none when there is no file. */
export function readLogins(home: string): Logins {
  const record = readJsonFile(fileOf(home));
  const tokens = record?.['tokens'];
  const pairs = typeof tokens === 'object' && tokens !== null ? Object.entries(tokens) : [];
  return {
    last: typeof record?.['last'] === 'string' ? record['last'] : undefined,
    tokens: new Map(pairs.flatMap(([url, token]) => (typeof token === 'string' ? [[url, token]] : []))),
  };
}

/** Keeps the token for a host, which becomes the last one. */
export function storeLogin(home: string, { url, token }: { url: string; token: string }): void {
  write(home, { last: url, tokens: new Map([...readLogins(home).tokens, [url, token]]) });
}

/** Forgets the token for a host; false when there was none. */
export function removeLogin(home: string, url: string): boolean {
  const { last, tokens } = readLogins(home);
  const left = new Map([...tokens].filter(([other]) => other !== url));
  if (left.size === tokens.size) return false;
  write(home, { last: last === url ? undefined : last, tokens: left });
  return true;
}

function fileOf(home: string): string {
  return join(home, 'logins.json');
}

function write(home: string, { last, tokens }: Logins): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  writeFileAtomic(fileOf(home), `${JSON.stringify({ last: last ?? null, tokens: Object.fromEntries(tokens) })}\n`, 0o600);
}
