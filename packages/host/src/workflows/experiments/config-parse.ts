import { parseDocument } from 'yaml';
import { AppError, type JsonObject } from '@weir/contract';

/** Top-level keys of a FuxiCTR configuration file, each a mapping. */
export type ConfigEntries = ReadonlyMap<string, JsonObject>;

/** Reads a configuration as FuxiCTR does (YAML 1.1); throws `invalid_config` naming the file, line and column. */
export function parseConfig(text: string, name: string): ConfigEntries {
  const document = parseDocument(text, { version: '1.1', prettyErrors: true });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) throw invalid(name, problem.message);
  const value = toPlain(document, name);
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
function toPlain(document: ReturnType<typeof parseDocument>, name: string): unknown {
  try {
    return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 })) ?? 'null');
  } catch (cause) {
    throw invalid(name, cause instanceof Error ? cause.message : String(cause), cause);
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
