import { join } from 'node:path';
import { readTextIfThere } from '@weir/runtime';
import { errorText } from '../error-code.ts';

/** Where the host is and how to get in. */
export interface Endpoint {
  readonly url: string;
  readonly node: string;
  readonly token: string;
}

export interface EndpointSources {
  readonly home: string;
  /** Hosts of one cluster; empty: the host of this machine. */
  readonly hostUrls: readonly string[];
  readonly nodeName: string | null;
  readonly nodeTokenFile: string;
}

/**
 * Looks up the endpoint anew, as files may have changed; `turn` goes round the hosts. Throws what a person may read when something is
 * missing.
 */
export function findEndpoint(sources: EndpointSources, turn: number): Endpoint {
  const hostUrl = sources.hostUrls[turn % sources.hostUrls.length] ?? readField(join(sources.home, 'run', 'host.json'), 'url');
  const token = readField(sources.nodeTokenFile, 'token');
  const node = sources.nodeName ?? readField(sources.nodeTokenFile, 'node');
  return { url: toRunnerUrl(hostUrl), node, token };
}

/** `http://h:1/` → `ws://h:1/api/runner`, `https` → `wss`. */
export function toRunnerUrl(hostUrl: string): string {
  const url = new URL(hostUrl);
  url.protocol = url.protocol === 'https:' || url.protocol === 'wss:' ? 'wss:' : 'ws:';
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/runner`;
  return url.href;
}

function readField(path: string, field: string): string {
  const text = readTextIfThere(path);
  if (text === undefined) throw new Error(`${path} is not there (yet): the host writes it when it starts`);
  const value = parseObject(text, path).get(field);
  if (typeof value !== 'string' || value === '') throw new Error(`${path} has no "${field}"`);
  return value;
}

function parseObject(text: string, path: string): Map<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return new Map<string, unknown>(Object.entries(value));
  } catch (error) {
    throw new Error(`${path} is not JSON: ${errorText(error)}`, { cause: error });
  }
  throw new Error(`${path} is not a JSON object`);
}
