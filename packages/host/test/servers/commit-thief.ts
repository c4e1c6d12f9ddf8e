import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/**
 * A way to PostgreSQL on which the answer to one COMMIT is lost: the server commits the first transaction whose statements mention `marker`,
 * and the connection breaks off before the client hears of it. All else passes.
 */
export class CommitThief implements AsyncDisposable {
  readonly #server = createServer((client) => this.#pass(client));
  readonly #target: URL;
  readonly #marker: string;
  /** The commit has been swallowed. */
  isDone = false;

  private constructor(target: URL, marker: string) {
    this.#target = target;
    this.#marker = marker;
  }

  static async start(target: string, marker: string): Promise<CommitThief> {
    const thief = new CommitThief(new URL(target), marker);
    await new Promise<void>((resolve) => thief.#server.listen(0, '127.0.0.1', resolve));
    return thief;
  }

  /** The URL of the database, this way. */
  get url(): string {
    const address = this.#server.address();
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${isPort(address) ? address.port : 0}`;
    return url.href;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(client: Socket): void {
    const server = connect(Number(this.#target.port), this.#target.hostname);
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    let isMarked = false;
    let isStolen = false;
    client.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      isMarked ||= !this.isDone && text.includes(this.#marker);
      isStolen ||= isMarked && /\bcommit\b/i.test(text);
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (!isStolen) return void client.write(bytes);
      this.isDone = true;
      end();
    });
  }
}

function isPort(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
