import { once } from 'node:events';
import { Compile } from 'typebox/compile';
import { WebSocket } from 'ws';
import {
  encodeLogChunk,
  HostFrame,
  MAX_FRAME_BYTES,
  PROTOCOL_VERSION,
  SOCKET_PATHS,
  type AttemptReport,
  type Inventory,
  type LogChunk,
  type Outcome,
  type RunnerFrame,
} from '@weir/contract';
import { eventually } from './eventually.ts';

export type StartFrame = Extract<HostFrame, { type: 'start' }>;
type Of<T extends HostFrame['type']> = Extract<HostFrame, { type: T }>;
type ReadLog = Of<'readLog'>;

const hostFrame = Compile(HostFrame);

/** A time that runners report; any will do. */
export const NOON = '2026-01-31T12:00:00.000Z';

export const INVENTORY: Inventory = {
  hostname: 'machine',
  cpus: 4,
  memoryBytes: 8 * 1024 ** 3,
  gpus: [{ index: 0, name: 'gpu', memoryBytes: 1024 ** 3 }],
  os: 'linux',
  bootId: 'boot',
  runnerVersion: '0.1.0',
  numa: [],
  executors: [
    { kind: 'process', usable: true, notes: [] },
    { kind: 'stages', usable: true, notes: [] },
  ],
  address: '127.0.0.1',
};

/**
 * A node's runner at the other end of a real socket. It remembers the attempts it was given and every frame it got (each checked
 * against the contract); what it does with them is the test's script. It keeps its attempts across `disconnect` and `connect`.
 */
export class FakeRunner {
  readonly node: string;
  readonly attempts = new Map<string, AttemptReport>();
  /** Every frame of every session, oldest first. */
  readonly frames: HostFrame[] = [];
  inventory = INVENTORY;
  /** What it does with an order; by default it only remembers it. */
  onStart: (frame: StartFrame) => void = () => undefined;
  onReadLog: (frame: ReadLog) => Omit<LogChunk, 'requestId'> | string | undefined = () => undefined;
  closed: { code: number; reason: string } | undefined;
  readonly #url: string;
  readonly #token: string | undefined;
  #socket: WebSocket | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(at: { url: string; node: string; token: string | undefined }) {
    this.node = at.node;
    this.#url = at.url.replace(/^http/, 'ws') + SOCKET_PATHS.runner;
    this.#token = at.token;
  }

  /** Opens the socket and says nothing. Rejects when the host refuses it. */
  async open(url = this.#url): Promise<void> {
    const headers = this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
    const socket = new WebSocket(url, { headers, maxPayload: MAX_FRAME_BYTES });
    this.closed = undefined;
    socket.on('message', (data: Buffer) => this.#take(JSON.parse(data.toString('utf8'))));
    socket.on('close', (code, reason) => {
      if (this.#socket === socket) this.closed = { code, reason: reason.toString() };
    });
    this.#socket = socket;
    await once(socket, 'open');
    socket.on('error', () => socket.terminate());
  }

  /** Opens a session and waits for its welcome; attempts of its hello that are not welcomed are forgotten, as the contract asks. */
  async connect(url?: string): Promise<Of<'welcome'>> {
    await this.open(url && url.replace(/^http/, 'ws') + SOCKET_PATHS.runner);
    const before = this.received('welcome').length;
    const told = [...this.attempts.keys()];
    this.hello();
    const welcome = await eventually(() => this.received('welcome')[before]);
    const wanted = new Set(welcome.attempts.map(keyOf));
    for (const key of told) if (!wanted.has(key)) this.attempts.delete(key);
    return welcome;
  }

  hello(over: Partial<Extract<RunnerFrame, { type: 'hello' }>> = {}): void {
    const attempts = [...this.attempts.values()];
    this.send({ type: 'hello', version: PROTOCOL_VERSION, node: this.node, inventory: this.inventory, attempts, ...over });
  }

  /** Sends heartbeats until it falls silent or disconnects. */
  beat(everyMs: number): void {
    this.#beat = setInterval(() => this.send({ type: 'heartbeat' }), everyMs);
  }

  fallSilent(): void {
    clearInterval(this.#beat);
  }

  async disconnect(): Promise<void> {
    this.fallSilent();
    const socket = this.#socket;
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return;
    socket.terminate();
    await once(socket, 'close');
  }

  send(frame: RunnerFrame): void {
    this.sendRaw(JSON.stringify(frame));
  }

  sendRaw(data: string | Uint8Array): void {
    this.#socket?.send(data);
  }

  received<T extends HostFrame['type']>(type: T): Of<T>[] {
    return this.frames.filter((frame): frame is Of<T> => frame.type === type);
  }

  /** The order for an attempt, once it is here. */
  async order(jobId: number, attempt = 1): Promise<StartFrame> {
    return eventually(() => this.received('start').find((frame) => frame.jobId === jobId && frame.attempt === attempt));
  }

  reportRunning(at: { jobId: number; attempt: number }, paused = false): void {
    this.#report({ jobId: at.jobId, attempt: at.attempt, kind: 'running', startedAt: NOON, paused });
  }

  reportEnd(at: { jobId: number; attempt: number }, outcome: Outcome = { kind: 'exited', code: 0 }): void {
    this.#report({ jobId: at.jobId, attempt: at.attempt, kind: 'ended', outcome, startedAt: NOON, endedAt: '2026-01-31T12:00:02.500Z' });
  }

  /** Waits until the host has acknowledged an end. */
  async acknowledged(jobId: number, attempt = 1): Promise<void> {
    await eventually(() => this.received('endedAck').find((frame) => frame.jobId === jobId && frame.attempt === attempt));
  }

  sendEvents(at: { jobId: number; attempt: number }, lines: readonly unknown[], place: { offset: number; nextOffset: number }): void {
    this.send({ type: 'events', jobId: at.jobId, attempt: at.attempt, ...place, lines: [...lines] });
  }

  #report(report: AttemptReport): void {
    this.attempts.set(keyOf(report), report);
    this.send({ type: 'report', report });
  }

  #take(frame: unknown): void {
    if (!hostFrame.Check(frame)) throw new Error(`the host sent a frame outside the contract: ${JSON.stringify(frame).slice(0, 500)}`);
    this.frames.push(frame);
    if (frame.type === 'start') this.#takeOrder(frame);
    if (frame.type === 'endedAck') this.attempts.delete(keyOf(frame));
    if (frame.type === 'readLog') this.#answerLog(frame);
  }

  #takeOrder(frame: StartFrame): void {
    if (this.attempts.has(keyOf(frame))) return;
    this.attempts.set(keyOf(frame), { jobId: frame.jobId, attempt: frame.attempt, kind: 'preparing' });
    this.onStart(frame);
  }

  #answerLog(frame: ReadLog): void {
    const answer = this.onReadLog(frame);
    if (answer === undefined) return;
    if (typeof answer === 'string') this.send({ type: 'logFailed', requestId: frame.requestId, message: answer });
    else this.sendRaw(encodeLogChunk({ requestId: frame.requestId, ...answer }));
  }
}

function keyOf(attempt: { jobId: number; attempt: number }): string {
  return `${attempt.jobId}.${attempt.attempt}`;
}
