import { Compile, type Validator } from 'typebox/compile';
import { IsInteger, IsObject, type TSchema } from 'typebox';
import { AppError } from '@weir/contract';

export type RequestPart = 'params' | 'query' | 'body' | 'headers';

/** Checks one part of a request: gives the value typed, or throws `invalid_input` naming field and value. */
export type Check = (value: unknown) => unknown;

/**
 * Makes the check of a schema; it is compiled at its first use.
 * Text of paths and queries is read as the whole numbers that the schema asks for; bodies and headers are taken as they are.
 */
export function makeCheck(schema: TSchema, part: RequestPart): Check {
  let compiled: Validator | undefined;
  return (raw) => {
    compiled ??= Compile(schema);
    const value = part === 'params' || part === 'query' ? readIntegers(schema, raw) : raw;
    if (compiled.Check(value)) return value;
    throw describeFailure(compiled, value, part);
  };
}

/** Digits only: `1.5` and `1e3` are no ids, and must not become one by rounding. */
function readIntegers(schema: TSchema, raw: unknown): unknown {
  if (!IsObject(schema) || typeof raw !== 'object' || raw === null) return raw ?? {};
  return Object.fromEntries(
    Object.entries(raw).map(([name, text]: [string, unknown]) => {
      const wanted = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
      const isWhole = wanted !== undefined && IsInteger(wanted) && typeof text === 'string' && /^-?\d{1,20}$/.test(text);
      return [name, isWhole ? Number(text) : text];
    }),
  );
}

function describeFailure(validator: Validator, given: unknown, part: RequestPart): AppError {
  // Of a body that is absent, the field that it lacks is named, if it must have one.
  const value = given === undefined ? {} : given;
  const errors = validator.Errors(value);
  const error = errors.find((candidate) => candidate.keyword === 'additionalProperties') ?? errors.find(saysWhy) ?? errors[0];
  const field = nameField(error) ?? part;
  const refused =
    error?.keyword === 'required' || error?.keyword === 'additionalProperties' ? undefined : readPointer(value, error?.instancePath ?? '');
  const message = error === undefined ? 'is missing' : explain(error, errors);
  return new AppError('invalid_input', `${field} ${message}${showValue(refused)}`, {
    field,
    ...(isShort(refused) ? { value: refused } : {}),
  });
}

type Failure = ReturnType<Validator['Errors']>[number];

/** A union's own failure, and a property that its schema forbids by being `false`, are explained by another one. */
function saysWhy(error: Failure): boolean {
  return error.keyword !== 'anyOf' && error.keyword !== 'boolean';
}

function nameField(error: Failure | undefined): string | undefined {
  if (error === undefined) return undefined;
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  if (error.keyword === 'required') path.push(...error.params.requiredProperties.slice(0, 1));
  if (error.keyword === 'additionalProperties') path.push(...error.params.additionalProperties.slice(0, 1));
  return path.length === 0 ? undefined : path.join('.');
}

function explain(error: Failure, errors: readonly Failure[]): string {
  switch (error.keyword) {
    case 'required':
      return 'is missing';
    case 'additionalProperties':
      return 'is not a field that can be given here';
    case 'enum':
      return `must be one of ${error.params.allowedValues.join(', ')}`;
    case 'const': {
      const allowed = errors.flatMap((other) =>
        other.keyword === 'const' && other.instancePath === error.instancePath ? [String(other.params.allowedValue)] : [],
      );
      return `must be one of ${allowed.join(', ')}`;
    }
    case 'pattern':
      return `must match ${String(error.params.pattern)}`;
    default:
      return error.message;
  }
}

function readPointer(value: unknown, pointer: string): unknown {
  let current = value;
  for (const key of pointer.split('/').slice(1).map(unescapePointer)) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.entries(current).find(([name]) => name === key)?.[1];
  }
  return current;
}

/** RFC 6901: `~1` is a slash, `~0` a tilde. */
function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function isShort(value: unknown): boolean {
  return (typeof value === 'string' && value.length <= 200) || typeof value === 'number' || typeof value === 'boolean' || value === null;
}

function showValue(value: unknown): string {
  return isShort(value) ? ` (got ${JSON.stringify(value)})` : '';
}
