import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { HostFrame, LogChunk } from '@weir/contract/protocol';
import { outputFile, type NodeFolders } from '../node-folders.ts';
import type { AttemptId } from '../executors/executor.ts';
import { openOutput } from './output-file.ts';
import { findTailStart } from './tail-start.ts';

export type LogRequest = Extract<HostFrame, { type: 'readLog' }>;

/** What a reader must know of attempts: whether one may still write, and when it no longer will. */
export interface LiveAttempts {
  isLive(id: AttemptId): boolean;
  /** Resolves when the attempt is not live; at once when it is not now. */
  whenEnded(id: AttemptId, signal: AbortSignal): Promise<void>;
}

interface Piece {
  readonly chunk: LogChunk;
  /** The file to watch for more. */
  readonly path: string;
}

/** Repairs what the file system's notices missed. */
const POLL_MS = 500;

/** Reads pieces of attempts' output. */
export class LogReader {
  readonly #folders: NodeFolders;
  readonly #live: LiveAttempts;

  constructor(folders: NodeFolders, live: LiveAttempts) {
    this.#folders = folders;
    this.#live = live;
  }

  /**
   * Answers a request; waits as long as it allows for a first byte. Undefined when there is no such log on this node.
   * `signal` ends the wait early.
   */
  async read(request: LogRequest, signal: AbortSignal): Promise<LogChunk | undefined> {
    const first = await this.#readOnce(request, undefined);
    if (first === undefined || !isWorthWaiting(first) || request.waitMs === 0) return first?.chunk;
    const time = AbortSignal.any([signal, AbortSignal.timeout(request.waitMs)]);
    let last = first;
    while (!time.aborted) {
      await this.#waitForMore(last.path, { id: request, size: first.chunk.offset, signal: time });
      const next = await this.#readOnce(request, first.chunk.offset);
      if (next === undefined || !isWorthWaiting(next)) return next?.chunk;
      last = next;
    }
    return first.chunk;
  }

  /** `ended` is asked before the size is read: what ended before cannot have written after. */
  async #readOnce(request: LogRequest, from: number | undefined): Promise<Piece | undefined> {
    const ended = !this.#live.isLive(request);
    const own = outputFile(this.#folders, request, request.stream);
    const output = await openOutput(own);
    if (output === undefined) {
      const chunk = { requestId: request.requestId, offset: request.offset, size: 0, ended, data: new Uint8Array() };
      return ended ? undefined : { chunk, path: own };
    }
    const { file, path } = output;
    try {
      const { size } = await file.stat();
      const offset = from ?? (request.tailLines === null ? request.offset : await findTailStart(file, size, request.tailLines));
      const data = Buffer.allocUnsafe(Math.max(0, Math.min(request.limit, size - offset)));
      const { bytesRead } = data.byteLength === 0 ? { bytesRead: 0 } : await file.read(data, 0, data.byteLength, offset);
      return { chunk: { requestId: request.requestId, offset, size, ended, data: data.subarray(0, bytesRead) }, path };
    } finally {
      await file.close();
    }
  }

  /** Resolves when the file is longer than `size`, the attempt has ended, or the signal says so. */
  async #waitForMore(path: string, wait: { id: AttemptId; size: number; signal: AbortSignal }): Promise<void> {
    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, wait.signal]);
    await Promise.race([this.#live.whenEnded(wait.id, signal), whenLonger(path, wait.size, signal)]).finally(() => done.abort());
  }
}

function isWorthWaiting({ chunk }: Piece): boolean {
  return chunk.data.byteLength === 0 && !chunk.ended;
}

/** Resolves when a file is longer than `size` bytes, or when the signal is aborted. */
function whenLonger(path: string, size: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      stat(path).then(
        (facts) => facts.size > size && finish(),
        () => undefined, // not there yet
      );
    };
    const watcher = watchIfPossible(path, look);
    const timer = setInterval(look, POLL_MS);
    const finish = () => {
      clearInterval(timer);
      watcher?.close();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    signal.addEventListener('abort', finish);
    if (signal.aborted) finish();
    else look();
  });
}

function watchIfPossible(path: string, look: () => void) {
  try {
    return watch(path, look).on('error', look);
  } catch {
    return undefined; // no file yet, or no watches left: the poll sees it
  }
}
