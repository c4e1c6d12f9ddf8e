import { extname } from 'node:path';
import { parse as parseToml, TomlError } from 'smol-toml';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { AppError } from '@weir/contract/client';
import { readTextFile } from '../../input/text-file.ts';
import { parseEnvLines } from '../env-text.ts';
import type { RuleTable } from './rule.ts';
import { HAKURIVER, PROPERTIES, WORKFLOW } from './rule-tables.ts';

const MAX_BYTES = 1024 * 1024;

/** A configuration of another system: its values by dotted key, and what they mean here. */
export interface SourceFile {
  readonly system: string;
  readonly rules: RuleTable;
  readonly values: ReadonlyMap<string, unknown>;
}

/** Reads a HakuRiver TOML (`.toml`), a workflow `config.yaml` (`.yaml`, `.yml`) or `NAME=value` lines (anything else). */
export function readSourceFile(path: string): SourceFile {
  const text = readTextFile(path, { what: 'the configuration', maxBytes: MAX_BYTES });
  const kind = extname(path).toLowerCase();
  if (kind === '.toml') return { system: 'HakuRiver', rules: HAKURIVER, values: flatten(parse(path, () => parseToml(text))) };
  if (kind === '.yaml' || kind === '.yml')
    return { system: 'the FuxiCTR workflow', rules: WORKFLOW, values: flatten(parse(path, (): unknown => parseYaml(text))) };
  return { system: 'scns-conductor', rules: PROPERTIES, values: parseEnvLines(text, { path, dialect: 'dotenv' }) };
}

function parse(path: string, read: () => unknown): unknown {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof TomlError) && !(cause instanceof YAMLParseError)) throw cause;
    const [line = ''] = cause.message.split('\n');
    throw new AppError('invalid_config', `${path} cannot be read: ${line}`, { field: 'FILE', value: path, cause });
  }
}

/** Sections become dotted keys; a list is one value. */
function flatten(value: unknown, key = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date)
    return new Map(key === '' ? [] : [[key, value]]);
  return new Map(Object.entries(value).flatMap(([name, inner]) => [...flatten(inner, key === '' ? name : `${key}.${name}`)]));
}
