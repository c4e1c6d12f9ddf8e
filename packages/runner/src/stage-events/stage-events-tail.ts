import { watch, type FSWatcher } from 'node:fs';
import { readEventBatch, type EventBatch } from './event-batch.ts';

export interface StageEventsTailOptions {
  readonly path: string;
  /** Hands a batch to the host; false when there is no session. */
  readonly send: (batch: EventBatch) => boolean;
  /** Everything that the ended stage wrote is acknowledged. */
  readonly onDrained: () => void;
}

/** Repairs what the file system's notices missed. */
const POLL_MS = 1000;

/**
 * Follows the event file of one stage and hands its lines to the host, in order, one batch in flight.
 * `connect` at the start of a session, `disconnect` at its end; `finish` once the stage has ended: what is left then is sent,
 * and `onDrained` is called when all of it is acknowledged.
 */
export class StageEventsTail {
  readonly #options: StageEventsTailOptions;
  #acknowledged = 0;
  #inFlight: EventBatch | undefined;
  #connected = false;
  #finished = false;
  #drained = false;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StageEventsTailOptions) {
    this.#options = options;
  }

  get drained(): boolean {
    return this.#drained;
  }

  /** Goes on from the byte up to which the host has committed lines. */
  connect(acknowledged: number): void {
    this.#acknowledged = acknowledged;
    this.#inFlight = undefined;
    this.#connected = true;
    this.#follow();
    this.#advance();
  }

  disconnect(): void {
    this.#connected = false;
    this.#inFlight = undefined;
    this.#unfollow();
  }

  acknowledge(offset: number): void {
    if (this.#inFlight === undefined || offset < this.#inFlight.nextOffset) return;
    this.#acknowledged = this.#inFlight.nextOffset;
    this.#inFlight = undefined;
    this.#advance();
  }

  /** The stage has ended: nothing is appended any more. */
  finish(): void {
    this.#finished = true;
    this.#advance();
  }

  close(): void {
    this.disconnect();
  }

  #advance(): void {
    if (!this.#connected || this.#inFlight !== undefined || this.#drained) return;
    const batch = readEventBatch(this.#options.path, this.#acknowledged, this.#finished);
    if (batch !== undefined) {
      if (this.#options.send(batch)) this.#inFlight = batch;
    } else if (this.#finished) {
      this.#drained = true;
      this.#unfollow();
      this.#options.onDrained();
    }
  }

  #follow(): void {
    if (this.#timer !== undefined) return;
    const look = () => this.#advance();
    this.#timer = setInterval(look, POLL_MS);
    try {
      this.#watcher = watch(this.#options.path, look).on('error', look);
    } catch {
      this.#watcher = undefined; // no watches left: the poll sees it
    }
  }

  #unfollow(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
