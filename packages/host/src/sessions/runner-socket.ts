import type { FastifyInstance } from 'fastify';
import type { WebSocket } from '@fastify/websocket';
import { Compile } from 'typebox/compile';
import { AppError, MAX_FRAME_BYTES, PROTOCOL_VERSION, RunnerFrame, SOCKET_PATHS, makeNodeChallenge } from '@weir/contract';
import type { Logger } from '@weir/runtime';
import { readBearer } from '../http/authentication.ts';
import type { IdentityService } from '../identity/identity-service.ts';
import type { Store } from '../store/store.ts';
import type { FrameService } from './frame-service.ts';
import { RunnerSession } from './runner-session.ts';
import type { SessionBook } from './session-book.ts';
import type { SessionRegistry } from './session-registry.ts';

export interface RunnerSocketParts {
  readonly store: Store;
  readonly identity: IdentityService;
  readonly sessions: SessionRegistry;
  readonly frames: FrameService;
  readonly sessionBook: SessionBook;
  /** Called when a runner ended its session because it stops. */
  readonly onLeave?: (node: string) => void;
  readonly log: Logger;
}

const frameSchema = Compile(RunnerFrame);

/** RFC 6455 7.4.1: the runner stops. */
const GOING_AWAY = 1001;

/** Serves runners: a node token opens the socket, the first frame is hello, a frame outside the contract ends the session. */
export function registerRunnerSocket(app: FastifyInstance, parts: RunnerSocketParts): void {
  const challenge = makeNodeChallenge(parts.store.id);
  app.get(
    SOCKET_PATHS.runner,
    {
      websocket: true,
      preValidation: async (request, reply) => {
        void reply.header('www-authenticate', challenge); // on the answers that are refusals
        request.nodeName = await parts.identity.authenticateNode(readBearer(request), request.ip);
      },
    },
    (socket, request) => {
      if (request.nodeName !== undefined) serveRunner(new RunnerSession(request.nodeName, request.ip, socket), socket, parts);
    },
  );
}

function serveRunner(session: RunnerSession, socket: WebSocket, parts: RunnerSocketParts): void {
  const { node } = session;
  const conversation = new Conversation(session, parts);
  socket.on('message', (data, isBinary) => {
    session.heard();
    conversation.take(toBytes(data), isBinary);
  });
  socket.on('error', (error) => parts.log.warn({ node, err: error }, 'runner socket failed'));
  socket.on('close', (code) => {
    session.ended();
    conversation.ended();
    if (code === GOING_AWAY) parts.onLeave?.(node);
    parts.log.info({ node, code }, 'runner disconnected');
  });
}

/** The frames of one session in their order: hello first; what follows is taken once the hello is answered. */
class Conversation {
  readonly #session: RunnerSession;
  readonly #parts: RunnerSocketParts;
  #greeted: Promise<void> | undefined;
  #refused = false;

  constructor(session: RunnerSession, parts: RunnerSocketParts) {
    this.#session = session;
    this.#parts = parts;
  }

  take(bytes: Uint8Array, isBinary: boolean): void {
    if (this.#refused) return;
    try {
      if (isBinary) this.#session.acceptLogFrame(bytes);
      else this.#takeFrame(readFrame(bytes));
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** To be called when the socket is closed: what its hello still writes comes first. */
  ended(): void {
    const { sessions, sessionBook } = this.#parts;
    const { node } = this.#session;
    sessions.remove(this.#session);
    if (this.#greeted !== undefined) void this.#greeted.then(() => sessionBook.ended(node));
  }

  #takeFrame(frame: RunnerFrame): void {
    const { log, frames } = this.#parts;
    const { node } = this.#session;
    if (this.#greeted !== undefined) {
      this.#greeted
        .then(() => (this.#refused ? undefined : frames.accept(this.#session, frame)))
        .catch((error: unknown) => {
          // Not acknowledged: the runner says it again after its next hello.
          this.#refused = true;
          log.error({ node, err: error, frame: frame.type }, 'frame not committed');
          this.#session.close('a report could not be stored: connect again');
        });
      return;
    }
    if (frame.type !== 'hello') throw new AppError('invalid_input', 'the first frame must be hello');
    checkHello(frame, node);
    this.#parts.sessions.greet(this.#session);
    this.#greeted = frames.hello(this.#session, frame).then(
      () => log.info({ node, attempts: frame.attempts.length }, 'runner connected'),
      (error: unknown) => this.#refuse(error),
    );
  }

  #refuse(error: unknown): void {
    this.#refused = true;
    this.#parts.log.warn({ node: this.#session.node, err: error }, 'runner session ended by the host');
    this.#session.refuse(error instanceof AppError ? error.message : 'invalid frame');
  }
}

function readFrame(bytes: Uint8Array): RunnerFrame {
  if (bytes.byteLength > MAX_FRAME_BYTES)
    throw new AppError('body_too_large', `a frame of ${bytes.byteLength} bytes is over the limit of ${MAX_FRAME_BYTES}`);
  const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  if (frameSchema.Check(value)) return value;
  const [first] = frameSchema.Errors(value);
  throw new AppError('invalid_input', `invalid frame: ${first?.instancePath ?? ''} ${first?.message ?? ''}`);
}

function checkHello(frame: Extract<RunnerFrame, { type: 'hello' }>, node: string): void {
  if (frame.version !== PROTOCOL_VERSION) {
    throw new AppError('invalid_input', `this host speaks protocol ${PROTOCOL_VERSION}, the runner ${frame.version}: update the older one`);
  }
  if (frame.node !== node) throw new AppError('forbidden', `this token belongs to node "${node}", not to "${frame.node}"`);
}

function toBytes(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
