import { EventEmitter } from 'node:events';

/** Lets requests wait for something to become true. */
export class Changes {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  tell(): void {
    this.#emitter.emit('change');
  }

  /** Resolves when `holds` does, or after `timeoutMs`. */
  until(holds: () => boolean, timeoutMs: number): Promise<void> {
    if (holds() || timeoutMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#emitter.off('change', look);
        resolve();
      };
      const look = () => {
        if (holds()) done();
      };
      const timer = setTimeout(done, timeoutMs);
      timer.unref();
      this.#emitter.on('change', look);
    });
  }
}
