import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A way to a host that swallows the first answer that comes back and breaks off; later ones pass. */
export class AnswerThief implements AsyncDisposable {
  readonly #server = createServer((caller) => this.#pass(caller));
  readonly #target: () => string | undefined;
  readonly #onAnswer: () => void;
  #isDone = false;

  private constructor(target: () => string | undefined, onAnswer: () => void) {
    this.#target = target;
    this.#onAnswer = onAnswer;
  }

  /** `target` gives the host's URL at each connection; `onAnswer` is called when the swallowed answer has begun. */
  static async start(parts: { target: () => string | undefined; onAnswer: () => void }): Promise<AnswerThief> {
    const thief = new AnswerThief(parts.target, parts.onAnswer);
    await new Promise<void>((resolve) => thief.#server.listen(0, '127.0.0.1', resolve));
    return thief;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${isPort(address) ? address.port : 0}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(caller: Socket): void {
    const target = this.#target();
    if (target === undefined) return void caller.destroy();
    const host = connect(Number(new URL(target).port), '127.0.0.1');
    const end = () => {
      caller.destroy();
      host.destroy();
    };
    for (const socket of [caller, host]) socket.on('error', end).on('close', end);
    caller.pipe(host);
    host.on('data', (bytes) => {
      if (this.#isDone) return void caller.write(bytes);
      this.#isDone = true;
      this.#onAnswer();
      end();
    });
  }
}

function isPort(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
