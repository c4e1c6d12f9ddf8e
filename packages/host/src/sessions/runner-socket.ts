import type {} from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import { Compile } from 'typebox/compile';
import { AppError, MAX_FRAME_BYTES, PROTOCOL_VERSION, RunnerFrame, SOCKET_PATHS } from '@weir/contract';
import type { Logger } from '@weir/runtime';
import { readBearer } from '../http/authentication.ts';
import type { IdentityService } from '../identity/identity-service.ts';
import type { FrameService } from './frame-service.ts';
import { RunnerSession } from './runner-session.ts';
import type { SessionRegistry } from './session-registry.ts';

/** RFC 6455 7.4.1: the frame breaks the rules of the conversation. */
const POLICY_VIOLATION = 1008;

export interface RunnerSocketParts {
  readonly identity: IdentityService;
  readonly sessions: SessionRegistry;
  readonly frames: FrameService;
  readonly log: Logger;
}

const frameSchema = Compile(RunnerFrame);

/** Serves runners: a node token opens the socket, the first frame is hello, a frame outside the contract ends the session. */
export function registerRunnerSocket(app: FastifyInstance, parts: RunnerSocketParts): void {
  app.get(
    SOCKET_PATHS.runner,
    {
      websocket: true,
      preValidation: async (request) => {
        request.nodeName = await parts.identity.authenticateNode(readBearer(request));
      },
    },
    (socket, request) => {
      if (request.nodeName !== undefined) serveRunner(socket, request.nodeName, parts);
    },
  );
}

function serveRunner(socket: WebSocket, node: string, parts: RunnerSocketParts): void {
  const session = new RunnerSession(node, socket);
  let greeted = false;
  const refuse = (error: unknown) => {
    parts.log.warn({ node, err: error }, 'runner session ended by the host');
    socket.close(POLICY_VIOLATION, error instanceof AppError ? error.message.slice(0, 120) : 'invalid frame');
  };
  socket.on('message', (data: RawData, isBinary: boolean) => {
    session.lastSeenAt = Date.now();
    try {
      const bytes = toBytes(data);
      if (isBinary) return session.acceptLogFrame(bytes);
      const frame = readFrame(bytes);
      if (frame.type === 'hello') {
        checkHello(frame, node);
        greeted = true;
        parts.frames
          .hello(session, frame)
          .then(() => parts.log.info({ node, attempts: frame.attempts.length }, 'runner connected'), refuse);
        return;
      }
      if (!greeted) throw new AppError('invalid_input', 'the first frame must be hello');
      parts.frames.accept(session, frame).catch((error: unknown) => {
        // Not acknowledged: the runner says it again after its next hello.
        parts.log.error({ node, err: error, frame: frame.type }, 'frame not committed');
        session.close('a report could not be stored: connect again');
      });
    } catch (error) {
      refuse(error);
    }
  });
  socket.on('error', (error) => parts.log.warn({ node, err: error }, 'runner socket failed'));
  socket.on('close', () => {
    parts.sessions.remove(session);
    session.ended();
    parts.log.info({ node }, 'runner disconnected');
  });
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

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
