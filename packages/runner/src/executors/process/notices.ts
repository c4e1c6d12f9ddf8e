import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';

/**
 * Reads what shims write to the fifo: the new names of their attempts' files. A fifo has a name, so shims of an earlier runner
 * reach this one too. It is opened for writing as well, so that it never comes to an end.
 */
export class Notices {
  readonly #socket: Socket;
  #rest = '';

  constructor(fifo: string, onNotice: (name: string) => void) {
    const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    this.#socket = new Socket({ fd, readable: true, writable: false });
    this.#socket.setEncoding('latin1').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) onNotice(line);
    });
  }

  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.destroy();
    await closed;
  }
}
