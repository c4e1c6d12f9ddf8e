import { createClient } from '@redis/client';
import { findProgram, freePort, serverFolder, ServerProcess } from './server-process.ts';

/** A Redis server of our own on a free port, keeping nothing on disk, gone with the test file. */
export class RedisServer {
  readonly process: ServerProcess;
  readonly url: string;

  private constructor(process: ServerProcess, url: string) {
    this.process = process;
    this.url = url;
  }

  static async start(): Promise<RedisServer> {
    const program = findProgram('redis-server', ['/usr/bin', '/usr/local/bin'], 'apt-get install redis-server');
    const folder = serverFolder('weir-redis-');
    const port = await freePort();
    const command = [program, '--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
    const made: RedisServer = new RedisServer(
      new ServerProcess(folder, { command, answers: () => made.#answers() }),
      `redis://127.0.0.1:${port}/0`,
    );
    await made.process.start();
    return made;
  }

  /** One command, its answer. */
  async call(...command: string[]): Promise<unknown> {
    const client = createClient({ url: this.url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.sendCommand(command);
    } finally {
      client.destroy();
    }
  }

  async #answers(): Promise<boolean> {
    return this.call('PING').then(
      () => true,
      () => false,
    );
  }
}
