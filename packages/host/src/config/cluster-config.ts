import { findVariable, readInteger, readText, refuseVariable, type Environment } from './variables.ts';

/** `postgres://…` of the common store; undefined = a file of the Weir home. POSTGRES_HOST and its companions are understood too. */
export function readStoreUrl(env: Environment): string | undefined {
  const found = findVariable(env, ['WEIR_STORE']);
  if (found !== undefined) return checkUrl(found, ['postgres:', 'postgresql:'], 'must be a URL such as postgres://user@host:5432/weir');
  const host = findVariable(env, ['POSTGRES_HOST']);
  if (host === undefined) return undefined;
  const port = readInteger(env, ['POSTGRES_PORT'], { absent: 5432, least: 1, most: 65_535 });
  const login = toLogin(readText(env, 'POSTGRES_USER') ?? 'weir', readText(env, 'POSTGRES_PASSWORD'));
  return `postgres://${login}${readUrlHost(host)}:${port}/${encodeURIComponent(readText(env, 'POSTGRES_DB') ?? 'weir')}`;
}

/** `redis://…` that hosts meet at; undefined = none. REDIS_HOST and its companions are understood too. */
export function readRedisUrl(env: Environment): string | undefined {
  const found = findVariable(env, ['WEIR_REDIS']);
  if (found !== undefined) return checkUrl(found, ['redis:', 'rediss:'], 'must be a URL such as redis://host:6379/0');
  const host = findVariable(env, ['REDIS_HOST']);
  if (host === undefined) return undefined;
  const port = readInteger(env, ['REDIS_PORT'], { absent: 6379, least: 1, most: 65_535 });
  const password = readText(env, 'REDIS_PASSWORD');
  const login = password === undefined ? '' : toLogin('', password);
  return `redis://${login}${readUrlHost(host)}:${port}/${readInteger(env, ['REDIS_DB'], { absent: 0, most: 1_000 })}`;
}

/** Where other hosts and runners reach this one; undefined = where it listens. */
export function readAdvertiseUrl(env: Environment): string | undefined {
  const found = findVariable(env, ['WEIR_ADVERTISE_URL']);
  return found && checkUrl(found, ['http:', 'https:'], 'must be a URL such as http://host-1:7766').replace(/\/+$/, '');
}

function checkUrl(found: { name: string; text: string }, protocols: readonly string[], why: string): string {
  const fits = URL.canParse(found.text) && protocols.includes(new URL(found.text).protocol);
  if (!fits) throw refuseVariable(found, why, true);
  return found.text;
}

function toLogin(user: string, password: string | undefined): string {
  return `${encodeURIComponent(user)}${password === undefined ? '' : `:${encodeURIComponent(password)}`}@`;
}

/** The host part of a URL: an IPv6 address is bracketed. */
function readUrlHost(found: { name: string; text: string }): string {
  const host = found.text.includes(':') && !found.text.startsWith('[') ? `[${found.text}]` : found.text;
  if (!/^[\w.[\]:-]+$/.test(host) || !URL.canParse(`http://${host}/`))
    throw refuseVariable(found, 'must be the name or the address of a machine');
  return host;
}
