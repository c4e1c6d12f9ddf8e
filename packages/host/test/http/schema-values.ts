import fc, { type Arbitrary } from 'fast-check';

/** The parts of JSON Schema (as TypeBox writes it) that the contract uses. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What gets past patterns and is good for trouble behind them. */
const TEXTS = [
  'a',
  'here',
  'ann',
  'default',
  'true',
  '/tmp',
  'A',
  '2030-01-31T12:00:00Z',
  '2031-01-31T12:00:00Z',
  '1-3',
  'select 1',
  '{job_id} %s $(x)',
  '\u{1F600}\u202e',
  '__proto__',
  "'; drop table jobs;--",
  '-',
  '..',
];

/** Makes values that a schema takes, as far as a pattern lets it, near its edges where it has some. */
export function valuesOf(schema: unknown): Arbitrary<unknown> {
  return fromSchema(schema as Schema);
}

function fromSchema(schema: Schema): Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(fromSchema));
  switch (schema.type) {
    case 'object':
      return fromObject(schema);
    case 'array':
      return fc.array(fromSchema(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? 3, 3)),
      });
    case 'integer':
    case 'number':
      return fromNumber(schema);
    case 'string':
      return fromText(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function fromObject(schema: Schema): Arbitrary<unknown> {
  const [values] = Object.values(schema.patternProperties ?? {});
  if (values !== undefined) return fc.dictionary(fc.constantFrom('a', 'A', 'zone', '__proto__', 'x/y'), fromSchema(values), { maxKeys: 3 });
  const fields = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, field]) => [name, fromSchema(field)]));
  return fc.record(fields, { requiredKeys: [...(schema.required ?? [])] });
}

function fromNumber({ minimum = -1000, maximum = 1_000_000 }: Schema): Arbitrary<number> {
  const small = Math.min(maximum, minimum + 5);
  return fc.oneof({ weight: 4, arbitrary: fc.integer({ min: minimum, max: small }) }, fc.constantFrom(minimum, maximum));
}

function fromText({ pattern, minLength = 0, maxLength = 100 }: Schema): Arbitrary<string> {
  const allowed = new RegExp(pattern ?? '', 'u');
  const fitting = TEXTS.filter((text) => allowed.test(text) && text.length >= minLength && text.length <= maxLength);
  const longest = 'a'.repeat(Math.min(maxLength, 300));
  return fc.constantFrom(...(fitting.length === 0 ? TEXTS : fitting), ...(allowed.test(longest) ? [longest] : []));
}
