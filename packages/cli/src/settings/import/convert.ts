import { findRule, type ValueType } from './rule.ts';
import type { SourceFile } from './read-source.ts';

/** What an import came to. */
export interface Conversion {
  /** Settings in the order found. */
  readonly settings: ReadonlyMap<string, string>;
  /** Keys that mean nothing here, and why. */
  readonly left: readonly { readonly key: string; readonly why: string }[];
  /** Keys whose value cannot be what they hold. */
  readonly wrong: readonly { readonly key: string; readonly why: string }[];
}

const DEFAULT_HEARTBEAT_S = 5;
const DEFAULT_HAKURIVER_PORT = 8000;
const LEVELS: Record<string, string> = { critical: 'fatal', warning: 'warn', notice: 'info', full: 'trace' };
const LEVEL_NAMES = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Says another system's settings in ours; an empty value is no value. */
export function convert(source: SourceFile): Conversion {
  const settings = new Map<string, string>();
  const parts = new Map<string, string>();
  const left: { key: string; why: string }[] = [];
  const wrong: { key: string; why: string }[] = [];
  for (const [key, value] of source.values) {
    const rule = findRule(source.rules, key);
    if (rule === undefined) left.push({ key, why: `not a setting of ${source.system} that Weir knows` });
    else if (rule.kind === 'none') left.push({ key, why: rule.why });
    else if (value !== '' && value !== null && value !== undefined) {
      const read = READ[rule.type](typeof value === 'string' && rule.type !== 'text' ? value.trim() : value);
      if (typeof read === 'object') wrong.push({ key, why: `${read.wrong}, not ${JSON.stringify(value)}` });
      else if (rule.kind === 'setting') settings.set(rule.name, read);
      else parts.set(key, read);
    }
  }
  for (const [name, value] of joinParts(parts, settings)) settings.set(name, value);
  return { settings, left, wrong };
}

/** Settings that several keys make together. */
function joinParts(parts: ReadonlyMap<string, string>, settings: ReadonlyMap<string, string>): [string, string][] {
  const joined: [string, string][] = [];
  const address = parts.get('network.host_reachable_address');
  if (address !== undefined) {
    const host = address.includes(':') ? `[${address}]` : address;
    joined.push(['WEIR_HOST_URL', `http://${host}:${settings.get('WEIR_PORT') ?? DEFAULT_HAKURIVER_PORT}`]);
  }
  const factor = parts.get('timing.heartbeat_timeout_factor');
  const heartbeatMs = Number(settings.get('WEIR_HEARTBEAT_MS') ?? DEFAULT_HEARTBEAT_S * 1000);
  if (factor !== undefined) joined.push(['WEIR_NODE_LOST_AFTER_MS', String(Math.round(heartbeatMs * Number(factor)))]);
  return joined;
}

type Read = (value: unknown) => string | { readonly wrong: string };

const READ: Record<ValueType, Read> = {
  text: (value) => (typeof value === 'string' && !value.includes('\n') ? value : { wrong: 'must be text of one line' }),
  port: (value) => readWhole(value, { least: 1, most: 65_535 }),
  count: (value) => readWhole(value, { least: 0, most: 65_536 }),
  seconds: (value) => scale(value, 1000),
  factor: (value) => scale(value, 1),
  level: (value) => {
    const word = typeof value === 'string' ? value.toLowerCase() : '';
    const level = LEVELS[word] ?? word;
    return LEVEL_NAMES.includes(level) ? level : { wrong: `must be one of ${LEVEL_NAMES.join(', ')}` };
  },
};

/** Env files have digits where TOML and YAML have numbers. */
function readNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,15}(\.\d{1,6})?$/.test(value) ? Number(value) : Number.NaN;
}

function readWhole(value: unknown, range: { least: number; most: number }): string | { wrong: string } {
  const number = readNumber(value);
  if (Number.isInteger(number) && number >= range.least && number <= range.most) return String(number);
  return { wrong: `must be a whole number from ${range.least} to ${range.most}` };
}

function scale(value: unknown, by: number): string | { wrong: string } {
  const number = readNumber(value);
  return number > 0 && Number.isFinite(number)
    ? String(Math.round(number * by * 1000) / 1000)
    : { wrong: 'must be a number greater than zero' };
}
