import { AppError, type JsonObject } from '@weir/contract';
import type * as Yaml from 'yaml';

/** Top-level keys of a FuxiCTR configuration file, each a mapping. */
export type ConfigEntries = ReadonlyMap<string, JsonObject>;

/** Tags that have a counterpart in JSON; others (`!!python/object`, `!!set`, `!!binary`) would be changed silently or run code. */
const PLAIN_TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq', 'timestamp', 'merge'].map((name) => `tag:yaml.org,2002:${name}`),
);
/** Times that an alias may multiply what it stands for. */
const MAX_ALIASES = 100;

/** Reads a configuration as FuxiCTR does (YAML 1.1); throws `invalid_config` naming the file, line and column. */
export async function parseConfig(text: string, name: string): Promise<ConfigEntries> {
  const value = await readPlain(text, name);
  if (value === null || value === undefined) return new Map();
  if (!isMapping(value)) throw invalid(name, 'the top level must be a mapping of names to settings');
  return new Map(
    Object.entries(value).map(([key, entry]) => {
      if (!isMapping(entry)) throw invalid(name, `"${key}" must be a mapping of settings`);
      return [key, entry];
    }),
  );
}

/** JSON-safe: dates become text, and aliases that multiply without end are refused. */
async function readPlain(text: string, name: string): Promise<unknown> {
  // Loaded when the first configuration is read: most hosts idle without one, and the parser is large.
  const yaml = await import('yaml');
  try {
    // The parser's own search for repeated keys takes time by the square of their number.
    const document = yaml.parseDocument(text, { version: '1.1', prettyErrors: true, uniqueKeys: false });
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem !== undefined) throw invalid(name, problem.message);
    checkNodes(yaml, document, name);
    return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: MAX_ALIASES })) ?? 'null');
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw invalid(
      name,
      cause instanceof RangeError ? 'it is nested too deeply' : String(cause instanceof Error ? cause.message : cause),
      cause,
    );
  }
}

function checkNodes(yaml: typeof Yaml, document: Yaml.Document.Parsed, name: string): void {
  yaml.visit(document, {
    Node: (_key, node) => {
      const { tag } = node;
      if (tag !== undefined && !PLAIN_TAGS.has(tag)) throw invalid(name, `the tag ${tag} is not allowed`);
      if (yaml.isScalar(node) && typeof node.value === 'number' && !Number.isFinite(node.value))
        throw invalid(name, `${node.value} is not a number that can be kept`);
      if (yaml.isMap(node)) refuseRepeatedKeys(yaml, node, name);
    },
  });
}

function refuseRepeatedKeys(yaml: typeof Yaml, { items }: Yaml.YAMLMap, name: string): void {
  const seen = new Set<unknown>();
  for (const { key } of items) {
    const known = yaml.isScalar(key) ? key.value : undefined;
    if (known === undefined || known === '<<') continue;
    if (seen.has(known)) throw invalid(name, `the key ${JSON.stringify(known)} is there twice in one mapping`);
    seen.add(known);
  }
}

function isMapping(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(name: string, message: string, cause?: unknown): AppError {
  return new AppError('invalid_config', `${name} is not a valid configuration: ${message}`, {
    field: name,
    ...(cause === undefined ? {} : { cause }),
  });
}
