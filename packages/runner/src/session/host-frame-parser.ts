import type { HostFrame } from '@weir/contract/protocol';
import { HOST_FRAME_CHECKS } from './host-frame-checks.ts';

/** What a frame of the host turned out to be. */
export type ParsedFrame = { readonly kind: 'frame'; readonly frame: HostFrame } | { readonly kind: 'invalid'; readonly reason: string };

/** Reads a text frame by the contract. */
export function parseHostFrame(text: string): ParsedFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'invalid', reason: 'not JSON' };
  }
  const type = typeof value === 'object' && value !== null && 'type' in value ? String(value.type) : '';
  const check = Object.hasOwn(HOST_FRAME_CHECKS, type) ? HOST_FRAME_CHECKS[type] : undefined;
  if (check === undefined) return { kind: 'invalid', reason: `unknown type "${type}"` };
  return check(value) ? { kind: 'frame', frame: value as HostFrame } : { kind: 'invalid', reason: `a "${type}" frame of another form` };
}
