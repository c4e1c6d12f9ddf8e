import * as contract from '@weir/contract';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Which schemas of the contract have a name of their own, and what was referred to so far. */
export interface SchemaNames {
  /** The schema as plain JSON, with `$ref` wherever a named schema stands. */
  readonly refer: (schema: object) => JsonSchema;
  /** Every named schema that something refers to, in alphabetical order. */
  readonly components: () => JsonSchema;
}

/** Knows the contract's exported schemas by identity, so that the document names them as the code does. */
export function collectSchemas(): SchemaNames {
  const nameOf = new Map<unknown, string>();
  for (const [name, value] of Object.entries(contract)) {
    if (isObjectSchema(value) && !nameOf.has(value)) nameOf.set(value, name);
  }
  const used = new Map<string, JsonSchema>();
  const refer = (schema: object): JsonSchema => {
    const name = nameOf.get(schema);
    if (name === undefined) return inline(schema, refer);
    if (!used.has(name)) {
      used.set(name, {}); // stands for itself while its own parts are read
      used.set(name, inline(schema, refer));
    }
    return { $ref: `#/components/schemas/${name}` };
  };
  return { refer, components: () => Object.fromEntries([...used].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Only schemas of objects are worth a name: `Job`, not `Timestamp`. */
function isObjectSchema(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'object' && 'properties' in value;
}

function inline(schema: object, refer: (schema: object) => JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inlineValue(value, refer)]));
}

function inlineValue(value: unknown, refer: (schema: object) => JsonSchema): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => inlineValue(item, refer));
  return typeof value === 'object' && value !== null ? refer(value) : value;
}
