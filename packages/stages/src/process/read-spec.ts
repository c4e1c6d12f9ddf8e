import { readFileSync } from 'node:fs';
import type { Static, TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { StageError } from '../errors.ts';

/** Reads a JSON file; throws StageError `invalid_spec`. */
export function readSpecFile(path: string | undefined): unknown {
  if (path === undefined) throw new StageError('invalid_spec', 'WEIR_STAGE_SPEC is not set: it names the file that says what to do.');
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new StageError('invalid_spec', `Cannot read the spec ${path}.`, { fault: 'system', cause: error });
  }
}

/** Checks `value` against `schema`; throws StageError `code` that names the first wrong place. */
export function parseAs<Schema extends TSchema>(
  schema: Schema,
  value: unknown,
  what: { readonly name: string; readonly code: string },
): Static<Schema> {
  if (Check(schema, value)) return value;
  const [first] = Errors(schema, value);
  const place = first === undefined ? '' : ` at ${first.instancePath === '' ? 'its top' : first.instancePath}: ${first.message}`;
  throw new StageError(what.code, `${what.name} is not as agreed${place}.`, { fault: 'system' });
}
