/** RFC 6455 5.5.1: a close frame holds 123 bytes of reason; a cut character becomes a replacement of three bytes. */
const MAX_BYTES = 120;

/** Shortens a text so that a WebSocket can be closed with it. */
export function toCloseReason(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, MAX_BYTES));
}
