import { Compile, type Validator } from 'typebox/compile';
import { Convert } from 'typebox/value';
import type { TSchema } from 'typebox';
import { AppError } from '@weir/contract';

export type RequestPart = 'params' | 'query' | 'body';

/** Checks one part of a request: gives the value typed, or throws `invalid_input` naming field and value. */
export type Check = (value: unknown) => unknown;

/** Makes the check of a schema. Text of paths and queries is read as the numbers and booleans that the schema asks for; bodies are taken as they are. */
export function makeCheck(schema: TSchema, part: RequestPart): Check {
  const validator = Compile(schema);
  return (raw) => {
    const value = part === 'body' ? raw : Convert(schema, raw ?? {});
    if (validator.Check(value)) return value;
    throw describeFailure(validator, value, part);
  };
}

function describeFailure(validator: Validator, value: unknown, part: RequestPart): AppError {
  const errors = validator.Errors(value);
  const error = errors.find((candidate) => candidate.keyword !== 'anyOf') ?? errors[0];
  const field = nameField(error) ?? part;
  const refused = readPointer(value, error?.instancePath ?? '');
  const message = error === undefined ? 'is not valid' : explain(error);
  return new AppError('invalid_input', `${field} ${message}${showValue(refused)}`, {
    field,
    ...(isShort(refused) ? { value: refused } : {}),
  });
}

type Failure = ReturnType<Validator['Errors']>[number];

function nameField(error: Failure | undefined): string | undefined {
  if (error === undefined) return undefined;
  const path = error.instancePath.split('/').slice(1);
  if (error.keyword === 'required') path.push(...error.params.requiredProperties.slice(0, 1));
  if (error.keyword === 'additionalProperties') path.push(...error.params.additionalProperties.slice(0, 1));
  return path.length === 0 ? undefined : path.join('.');
}

function explain(error: Failure): string {
  switch (error.keyword) {
    case 'required':
      return 'is missing';
    case 'additionalProperties':
      return 'is not a field that can be given here';
    case 'enum':
      return `must be one of ${error.params.allowedValues.join(', ')}`;
    case 'pattern':
      return `must match ${String(error.params.pattern)}`;
    default:
      return error.message;
  }
}

function readPointer(value: unknown, pointer: string): unknown {
  let current = value;
  for (const key of pointer.split('/').slice(1)) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.entries(current).find(([name]) => name === key)?.[1];
  }
  return current;
}

function isShort(value: unknown): boolean {
  return (typeof value === 'string' && value.length <= 200) || typeof value === 'number' || typeof value === 'boolean' || value === null;
}

function showValue(value: unknown): string {
  return isShort(value) ? ` (got ${JSON.stringify(value)})` : '';
}
