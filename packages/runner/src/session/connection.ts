import type { IncomingMessage } from 'node:http';
import { WebSocket, type RawData } from 'ws';
import { MAX_FRAME_BYTES, readNodeChallenge, type HostFrame } from '@weir/contract/protocol';
import { errorText } from '../error-code.ts';
import type { Endpoint } from './endpoint.ts';
import { parseHostFrame } from './host-frame-parser.ts';

/** Why a connection is over. */
export type Ending =
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** `storeId`: of the host that said so; undefined when it was a program on the way to one. */
  | { readonly kind: 'refused'; readonly status: number; readonly storeId: string | undefined }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }
  | { readonly kind: 'silent'; readonly silentMs: number }
  /** The host would know nothing of the attempts that are on the node. */
  | { readonly kind: 'other_store' }
  | { readonly kind: 'bad_frame'; readonly reason: string };

export interface ConnectionHandlers {
  readonly onOpen: () => void;
  readonly onFrame: (frame: HostFrame) => void;
  readonly onEnd: (ending: Ending) => void;
}

const HANDSHAKE_MS = 10_000;
/** From our first frame to the welcome: the host may have many attempts to compare, and its store may be busy. */
const WELCOME_MS = 30_000;
/** So many heartbeats without a sign of the host, and it counts as gone. */
const SILENT_BEATS = 3;
const CLOSE_ABNORMAL = 1006;
const CLOSE_POLICY = 1008;

/** One WebSocket to the host, from its handshake to its end, which is told exactly once. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #handlers: ConnectionHandlers;
  #ending: Ending | undefined;
  #beat: NodeJS.Timeout | undefined;
  #welcome: NodeJS.Timeout | undefined;
  #heardAt = performance.now();
  #unanswered = 0;
  #opened = false;

  constructor(endpoint: Endpoint, handlers: ConnectionHandlers) {
    this.#handlers = handlers;
    this.#socket = new WebSocket(endpoint.url, {
      headers: { authorization: `Bearer ${endpoint.token}` },
      handshakeTimeout: HANDSHAKE_MS,
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
    });
    this.#socket
      .on('open', () => this.#open())
      .on('message', (data, isBinary) => this.#receive(data, isBinary))
      .on('pong', () => this.#hear())
      .on('ping', () => this.#hear())
      .on('unexpected-response', (_, response) => this.#refused(response))
      .on('error', (error) => (this.#ending ??= this.#explain(error)))
      .on('close', (code, reason) => this.#close(code, reason.toString()));
  }

  /** Sends text or bytes; false when the connection is not open. */
  send(data: string | Uint8Array): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  /** Sends a frame and a ping each `periodMs`, and ends the connection when nothing comes back. */
  startHeartbeat(periodMs: number, makeFrame: () => string): void {
    clearTimeout(this.#welcome);
    clearInterval(this.#beat);
    this.#unanswered = 0;
    this.#beat = setInterval(() => {
      if (this.#unanswered >= SILENT_BEATS) {
        this.#end({ kind: 'silent', silentMs: Math.round(performance.now() - this.#heardAt) });
        return;
      }
      this.#unanswered += 1;
      if (this.send(makeFrame())) this.#socket.ping();
    }, periodMs);
  }

  /** Ends the connection because of a frame that the host should not have sent. */
  reject(reason: string): void {
    this.#refuse({ kind: 'bad_frame', reason }, 'bad frame');
  }

  /** Ends the connection to a host that is none for this node while it has attempts of another store. */
  leaveOtherStore(): void {
    this.#refuse({ kind: 'other_store' }, 'the node has jobs of another store');
  }

  /** Ends the connection in order. */
  close(): void {
    clearInterval(this.#beat);
    this.#socket.close(1001, 'runner stops');
  }

  /** Ends the connection at once. */
  terminate(): void {
    this.#socket.terminate();
  }

  #refuse(ending: Ending, reason: string): void {
    this.#ending ??= ending;
    this.#socket.close(CLOSE_POLICY, reason);
    this.#socket.terminate();
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#hear();
    if (this.#ending !== undefined) return;
    if (isBinary) {
      this.reject('a binary frame, which hosts do not send');
      return;
    }
    const parsed = parseHostFrame(toText(data));
    if (parsed.kind === 'invalid') {
      this.reject(parsed.reason);
      return;
    }
    this.#handlers.onFrame(parsed.frame);
  }

  #open(): void {
    this.#opened = true;
    this.#hear();
    this.#welcome = setTimeout(() => this.#end({ kind: 'silent', silentMs: WELCOME_MS }), WELCOME_MS);
    this.#handlers.onOpen();
  }

  #explain(error: Error): Ending {
    const reason = errorText(error) || String(error);
    if (!this.#opened) return { kind: 'unreachable', reason };
    const isProtocol = 'code' in error && String(error.code).startsWith('WS_ERR_');
    return isProtocol ? { kind: 'bad_frame', reason } : { kind: 'closed', code: CLOSE_ABNORMAL, reason };
  }

  #hear(): void {
    this.#unanswered = 0;
    this.#heardAt = performance.now();
  }

  #refused(response: IncomingMessage): void {
    const storeId = readNodeChallenge(response.headers['www-authenticate']);
    this.#ending ??= { kind: 'refused', status: response.statusCode ?? 0, storeId };
    response.resume();
    this.#socket.terminate();
  }

  #end(ending: Ending): void {
    this.#ending ??= ending;
    this.#socket.terminate();
  }

  #close(code: number, reason: string): void {
    clearTimeout(this.#welcome);
    clearInterval(this.#beat);
    this.#handlers.onEnd(this.#ending ?? { kind: 'closed', code, reason });
  }
}

function toText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString();
}
