import { Compile } from 'typebox/compile';
import { HostFrame } from '@weir/contract';

/** What a frame of the host turned out to be. */
export type ParsedFrame = { readonly kind: 'frame'; readonly frame: HostFrame } | { readonly kind: 'invalid'; readonly reason: string };

const validators = new Map(HostFrame.anyOf.map((schema) => [schema.properties.type.const as string, Compile(schema)]));

/** Reads a text frame by the contract. */
export function parseHostFrame(text: string): ParsedFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'invalid', reason: 'not JSON' };
  }
  const type = typeof value === 'object' && value !== null && 'type' in value ? String(value.type) : undefined;
  const validator = validators.get(type ?? '');
  if (validator === undefined) return { kind: 'invalid', reason: `unknown type "${type ?? ''}"` };
  if (validator.Check(value)) return { kind: 'frame', frame: value as HostFrame };
  const [first] = validator.Errors(value);
  return { kind: 'invalid', reason: `"${type}" frame: ${first?.instancePath ?? ''} ${first?.message ?? 'does not fit the contract'}` };
}
