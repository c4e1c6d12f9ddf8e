import { join } from 'node:path';
import { AppError, createClient, type Client, type ClientOptions } from '@weir/contract/client';
import type { Config } from '../config.ts';
import { readJsonFile } from '../input/json-file.ts';
import { readLogins } from './logins.ts';

/** A host, and our way in. */
export interface Connection {
  readonly url: string;
  /** It is the host of the home itself: the same one after a restart, whatever its address. */
  readonly own: boolean;
  readonly client: Client;
  readonly options: ClientOptions;
}

/** Where to look for the host. */
export interface Address {
  readonly config: Config;
  /** Given on the command line; wins over the environment and the home. */
  readonly host: string | undefined;
}

/**
 * Finds the host and the credential for it: `--host`, else WEIR_HOST, else the host that runs in this home, else the one of the last login;
 * WEIR_TOKEN, else the home's credential for the home's own host and the login's for any other.
 */
export function connect(address: Address): Connection {
  const { config } = address;
  const local = readLocalUrl(config.home);
  const named = address.host ?? config.hostUrl;
  const logins = readLogins(config.home);
  const url = named === undefined ? (local ?? logins.last) : readUrl(named);
  if (url === undefined) {
    throw new AppError('host_unreachable', `no host runs in ${config.home}: start one with "weir up", or name another with --host`);
  }
  const token = config.token ?? (url === local ? readCredential(config.home) : logins.tokens.get(url));
  if (token === undefined) throw new AppError('unauthenticated', describeMissingToken(config, { url, local }));
  const options = { url, token };
  return { url, own: url === local, options, client: createClient(options) };
}

/** The address that the home's own host wrote down; undefined when none runs. */
function readLocalUrl(home: string): string | undefined {
  const record = readJsonFile(join(home, 'run', 'host.json'));
  return typeof record?.['url'] === 'string' ? trimUrl(record['url']) : undefined;
}

function readCredential(home: string): string | undefined {
  const record = readJsonFile(join(home, 'credential'));
  return typeof record?.['token'] === 'string' ? record['token'] : undefined;
}

/** Reads the address of a host as people write it: without a scheme it is http. Throws `invalid_input`. */
export function readUrl(text: string): string {
  const full = /^https?:\/\//.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full)) {
    throw new AppError('invalid_input', `"${text}" is not the address of a host: use http://NAME:PORT`, { field: 'host', value: text });
  }
  return trimUrl(full);
}

function trimUrl(url: string): string {
  return url.replace(/\/+$/, '');
}

function describeMissingToken(config: Config, urls: { url: string; local: string | undefined }): string {
  const own = urls.local === undefined ? '' : ` (the credential of ${config.home} is only for ${urls.local})`;
  return urls.url === urls.local
    ? `${join(config.home, 'credential')} is missing or not readable: start the host again with "weir up", or set WEIR_TOKEN`
    : `no token for ${urls.url}: run "weir login --host ${urls.url}", or set WEIR_TOKEN${own}`;
}
