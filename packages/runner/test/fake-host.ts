import { EventEmitter, once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  PROTOCOL_VERSION,
  decodeLogChunk,
  makeNodeChallenge,
  type AttemptReport,
  type HostFrame,
  type Launch,
  type LogChunk,
  type Outcome,
  type RunnerFrame,
} from '@weir/contract';

type Hello = Extract<RunnerFrame, { type: 'hello' }>;
type EndedReport = Extract<AttemptReport, { kind: 'ended' }>;

/** What a fake host does by itself; each may be changed while it runs. */
export interface FakeHostScript {
  heartbeatMs: number;
  lostAfterMs: number;
  /** Whose host it is. */
  storeId: string;
  /** Refusals are said to be a host's own. */
  challenges: boolean;
  ackEnds: boolean;
  ackEvents: boolean;
  /** Attempts that the host no longer wants. */
  superseded: Set<string>;
}

export const TEST_NODE = 'node-1';
/** The stores of test hosts: theirs unless they are told to be of the other one. */
export const TEST_STORE = '00000000-0000-4000-8000-000000000001';
export const OTHER_STORE = '00000000-0000-4000-8000-000000000002';
export const TEST_TOKEN = 'node-token-for-tests';

/** A host as a runner sees one: a real server that keeps reports and event lines like the real one commits them. */
export class FakeHost {
  readonly script: FakeHostScript = {
    heartbeatMs: 200,
    lostAfterMs: 60_000,
    storeId: TEST_STORE,
    challenges: true,
    ackEnds: true,
    ackEvents: true,
    superseded: new Set(),
  };
  /** Every text frame that arrived, oldest first. */
  readonly frames: RunnerFrame[] = [];
  /** Every report, by attempt. */
  readonly reports = new Map<string, AttemptReport[]>();
  /** Committed event lines and the byte they reach to, by attempt. */
  readonly events = new Map<string, { lines: unknown[]; offset: number }>();
  token = TEST_TOKEN;
  refusedHandshakes = 0;
  readonly #home: string;
  readonly #changed = new EventEmitter().setMaxListeners(0);
  readonly #starts = new Map<string, HostFrame>();
  readonly #chunks = new Map<number, LogChunk | Error>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #socket: WebSocket | undefined;
  #port = 0;
  #requests = 0;

  private constructor(home: string) {
    this.#home = home;
  }

  /** Starts a host for a home on a free port and writes there how to reach it. */
  static async start(home: string): Promise<FakeHost> {
    const host = new FakeHost(home);
    mkdirSync(join(home, 'run'), { recursive: true });
    await host.listen();
    return host;
  }

  async listen(): Promise<void> {
    const server = createServer();
    const sockets = new WebSocketServer({ noServer: true });
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.on('upgrade', (request, socket, head) => {
      if (request.headers.authorization !== `Bearer ${this.token}` || request.url !== '/api/runner') {
        this.refusedHandshakes += 1;
        this.#changed.emit('change');
        const challenge = this.script.challenges ? makeNodeChallenge(this.script.storeId) : 'Basic realm="proxy"';
        socket.end(`HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ${challenge}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (accepted) => this.#accept(accepted));
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    this.writeToken(TEST_TOKEN);
    writeFileSync(join(this.#home, 'run', 'host.json'), JSON.stringify({ pid: process.pid, startTicks: 0, url: this.url }));
  }

  writeToken(token: string): void {
    writeFileSync(join(this.#home, 'run', 'node-token'), JSON.stringify({ node: TEST_NODE, token }));
  }

  /** Ends like a host that was killed: sockets are cut, files stay. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(join(this.#home, 'run', 'host.json'), { force: true });
  }

  /** Stops a host that has a home of its own, and removes that. */
  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.#home, { recursive: true });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Cuts the connection without a word. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** Stops reading from the runner: it hears nothing any more, not even pongs. */
  freeze(): void {
    this.#socket?.pause();
  }

  send(frame: HostFrame): void {
    this.sendRaw(JSON.stringify(frame));
  }

  sendRaw(data: string | Uint8Array): void {
    this.#socket?.send(data);
  }

  /** Orders an attempt; the order is repeated after every hello until the attempt is reported. */
  order(jobId: number, launch: Partial<Launch> & Pick<Launch, 'program'>, attempt = 1): void {
    const frame: HostFrame = { type: 'start', jobId, attempt, launch: { ...EMPTY_LAUNCH, ...launch } };
    this.#starts.set(`${jobId}.${attempt}`, frame);
    this.send(frame);
  }

  async readLog(request: Partial<Extract<HostFrame, { type: 'readLog' }>> & { jobId: number }): Promise<LogChunk> {
    const requestId = (this.#requests += 1);
    const defaults = { attempt: 1, stream: 'stdout' as const, offset: 0, tailLines: null, limit: 1024 * 1024, waitMs: 0 };
    this.send({ type: 'readLog', ...defaults, ...request, requestId });
    await this.until(() => this.#chunks.has(requestId));
    const chunk = this.#chunks.get(requestId);
    if (chunk === undefined || chunk instanceof Error) throw chunk ?? new Error('no answer');
    return chunk;
  }

  /** Resolves when `condition` holds; looked at after everything that arrives. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#changed, 'change');
  }

  async untilConnected(): Promise<void> {
    await this.until(() => this.#socket !== undefined);
  }

  hellos(): Hello[] {
    return this.frames.flatMap((frame) => (frame.type === 'hello' ? [frame] : []));
  }

  ended(jobId: number, attempt = 1): EndedReport | undefined {
    return this.reports.get(`${jobId}.${attempt}`)?.findLast((report) => report.kind === 'ended');
  }

  async outcome(jobId: number, attempt = 1): Promise<Outcome> {
    await this.until(() => this.ended(jobId, attempt) !== undefined);
    const report = this.ended(jobId, attempt);
    if (report === undefined) throw new Error('not ended');
    return report.outcome;
  }

  async untilRunning(jobId: number, options: { paused?: boolean; attempt?: number } = {}): Promise<void> {
    const { paused = false, attempt = 1 } = options;
    await this.until(() => {
      const last = this.reports.get(`${jobId}.${attempt}`)?.at(-1);
      return last?.kind === 'running' && last.paused === paused;
    });
  }

  #accept(socket: WebSocket): void {
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.#keepChunk(decodeLogChunk(data));
      else this.#receive(socket, JSON.parse(data.toString()) as RunnerFrame);
      this.#changed.emit('change');
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#changed.emit('change');
    });
  }

  #keepChunk(chunk: LogChunk): void {
    this.#chunks.set(chunk.requestId, { ...chunk, data: new Uint8Array(chunk.data) });
  }

  #receive(socket: WebSocket, frame: RunnerFrame): void {
    this.frames.push(frame);
    if (frame.type === 'hello') this.#welcome(socket, frame);
    if (frame.type === 'report') this.#keepReport(frame.report);
    if (frame.type === 'events') this.#keepEvents(frame);
    if (frame.type === 'logFailed') this.#chunks.set(frame.requestId, new Error(frame.message));
  }

  #welcome(socket: WebSocket, hello: Hello): void {
    this.#socket = socket;
    const wanted = hello.attempts.filter((report) => !this.script.superseded.has(`${report.jobId}.${report.attempt}`));
    const attempts = wanted.map(({ jobId, attempt }) => ({
      jobId,
      attempt,
      eventsOffset: this.events.get(`${jobId}.${attempt}`)?.offset ?? 0,
    }));
    const { heartbeatMs, lostAfterMs, storeId } = this.script;
    this.send({ type: 'welcome', version: PROTOCOL_VERSION, heartbeatMs, lostAfterMs, storeId, attempts });
    for (const report of wanted) this.#keepReport(report);
    for (const frame of this.#starts.values()) this.send(frame);
  }

  #keepReport(report: AttemptReport): void {
    const key = `${report.jobId}.${report.attempt}`;
    this.#starts.delete(key);
    this.reports.set(key, [...(this.reports.get(key) ?? []), report]);
    if (report.kind === 'ended' && this.script.ackEnds) this.send({ type: 'endedAck', jobId: report.jobId, attempt: report.attempt });
  }

  #keepEvents(frame: Extract<RunnerFrame, { type: 'events' }>): void {
    if (!this.script.ackEvents) return;
    const { jobId, attempt } = frame;
    const kept = this.events.get(`${jobId}.${attempt}`) ?? { lines: [], offset: 0 };
    if (frame.offset !== kept.offset) throw new Error(`events from byte ${frame.offset}, but ${kept.offset} is next`);
    this.events.set(`${jobId}.${attempt}`, { lines: [...kept.lines, ...frame.lines], offset: frame.nextOffset });
    this.send({ type: 'eventsAck', jobId, attempt, offset: frame.nextOffset });
  }
}

const EMPTY_LAUNCH: Omit<Launch, 'program'> = {
  name: 'test job',
  user: 'tester',
  env: {},
  workdir: null,
  cpus: 1,
  memoryBytes: null,
  gpuIds: [],
  timeLimitMs: null,
  graceMs: 5000,
  executor: 'process',
  cpuIds: [],
  numa: null,
  stdout: null,
  stderr: null,
  array: null,
  gang: { rank: 0, nodes: [{ name: 'node', address: '127.0.0.1' }], masterPort: 29_500, tasksPerNode: 1, cpusPerTask: 1 },
};
