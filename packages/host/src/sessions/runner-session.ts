import type { WebSocket } from '@fastify/websocket';
import { decodeLogChunk, type HostFrame, type LogChunk } from '@weir/contract';
import { toCloseReason } from '../http/close-reason.ts';
import { LogRequests, type LogRequest } from './log-requests.ts';

/** Close codes: 1008 = the frame breaks the rules of the conversation (RFC 6455 7.4.1); 4000 = replaced or ended by the host. */
const POLICY_VIOLATION = 1008;
const CLOSED_BY_HOST = 4000;

/** Start orders a session remembers. Two sources can give the same one within milliseconds: the commit and the answer to the hello. */
const MAX_REMEMBERED_STARTS = 1_000;

type Start = Extract<HostFrame, { type: 'start' }>;

/** One connected runner. Frames sent are delivered in order or not at all; what matters is repeated after the next hello. */
export class RunnerSession {
  readonly node: string;
  /** The runner's machine as this host sees it. */
  readonly address: string;
  /** Milliseconds since the epoch. */
  lastSeenAt = Date.now();
  /** Frames that the runner has sent: counts up while it lives. */
  frames = 0;
  readonly #socket: WebSocket;
  readonly #logs: LogRequests;
  /** The last starts given, oldest first. */
  readonly #starts = new Set<string>();

  constructor(node: string, address: string, socket: WebSocket) {
    this.node = node;
    this.address = address;
    this.#socket = socket;
    this.#logs = new LogRequests(node, (frame) => this.send(frame));
  }

  /** To be called with every frame. */
  heard(): void {
    this.lastSeenAt = Date.now();
    this.frames += 1;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  send(frame: HostFrame): void {
    this.#socket.send(JSON.stringify(frame));
  }

  /**
   * Gives the order to start an attempt, once in a session: its runner forgets an attempt whose end was acknowledged, and would run what
   * it is then told to start again.
   */
  start(frame: Start): void {
    const key = `${frame.jobId}.${frame.attempt}`;
    if (this.#starts.has(key)) return;
    this.#starts.add(key);
    const [oldest] = this.#starts;
    if (this.#starts.size > MAX_REMEMBERED_STARTS && oldest !== undefined) this.#starts.delete(oldest);
    this.send(frame);
  }

  /** Reads a piece of a log from the node; rejects with `node_unreachable` when the session ends first. */
  readLog(request: LogRequest): Promise<LogChunk> {
    return this.#logs.read(request);
  }

  /** Takes a binary frame: an answer to readLog. */
  acceptLogFrame(data: Uint8Array): void {
    this.#logs.settle(decodeLogChunk(data));
  }

  failLog(requestId: number, message: string): void {
    this.#logs.fail(requestId, message);
  }

  /** Ends the session for a frame outside the contract. */
  refuse(reason: string): void {
    this.#socket.close(POLICY_VIOLATION, toCloseReason(reason));
  }

  close(reason: string): void {
    this.#socket.close(CLOSED_BY_HOST, reason);
  }

  /** To be called once the socket is closed. */
  ended(): void {
    this.#logs.failAll();
  }
}
