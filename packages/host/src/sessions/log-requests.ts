import { AppError, type HostFrame, type LogChunk } from '@weir/contract';

export type LogRequest = Omit<Extract<HostFrame, { type: 'readLog' }>, 'type' | 'requestId'>;

interface Pending {
  readonly resolve: (chunk: LogChunk) => void;
  readonly reject: (error: AppError) => void;
  readonly timer: NodeJS.Timeout;
}

/** Beyond the wait that was asked for: how long an answer may take. */
const ANSWER_MS = 15_000;

/** Questions for logs that a runner has not answered yet. */
export class LogRequests {
  readonly #node: string;
  readonly #send: (frame: HostFrame) => void;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(node: string, send: (frame: HostFrame) => void) {
    this.#node = node;
    this.#send = send;
  }

  read(request: LogRequest): Promise<LogChunk> {
    this.#lastId += 1;
    const requestId = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.fail(requestId, 'it did not answer in time'), request.waitMs + ANSWER_MS);
      this.#pending.set(requestId, { resolve, reject, timer });
      this.#send({ type: 'readLog', requestId, ...request });
    });
  }

  settle(chunk: LogChunk): void {
    this.#take(chunk.requestId)?.resolve(chunk);
  }

  fail(requestId: number, message: string): void {
    this.#take(requestId)?.reject(new AppError('node_unreachable', `node "${this.#node}" cannot give the log: ${message}`));
  }

  failAll(): void {
    for (const id of [...this.#pending.keys()]) this.fail(id, 'its runner went away');
  }

  #take(requestId: number): Pending | undefined {
    const pending = this.#pending.get(requestId);
    this.#pending.delete(requestId);
    clearTimeout(pending?.timer);
    return pending;
  }
}
