import type { RunnerFrame } from '@weir/contract/protocol';

/** The session as the agent uses it; each call tells whether the session took it. */
export interface HostLink {
  send(frame: RunnerFrame): boolean;
  sendText(text: string): boolean;
  sendBinary(data: Uint8Array): boolean;
}
