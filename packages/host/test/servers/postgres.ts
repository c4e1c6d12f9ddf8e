import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Client } from 'pg';
import { Store } from '../../src/store/store.ts';
import { findProgram, freePort, serverFolder, ServerProcess, serverUser, versionFolders } from './server-process.ts';

const TEMPLATE = 'weir_template';

/** A PostgreSQL server of our own on a free port, gone with the test file. */
export class PostgresServer {
  readonly process: ServerProcess;
  readonly #port: number;
  #databases = 0;

  private constructor(process: ServerProcess, port: number) {
    this.process = process;
    this.#port = port;
  }

  static async start(): Promise<PostgresServer> {
    const find = (name: string) => findProgram(name, versionFolders('/usr/lib/postgresql'), 'apt-get install postgresql');
    const [initdb, postgres] = [find('initdb'), find('postgres')];
    const folder = serverFolder('weir-postgres-');
    const data = join(folder, 'data');
    execFileSync(initdb, ['-D', data, '-U', 'weir', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'], {
      ...serverUser(),
      cwd: folder,
      stdio: 'pipe',
    });
    const port = await freePort();
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
      'fsync=off',
      'max_connections=200',
    ];
    const command = [postgres, '-D', data, ...settings.flatMap((setting) => ['-c', setting])];
    const made: PostgresServer = new PostgresServer(new ServerProcess(folder, { command, answers: () => made.#answers() }), port);
    await made.process.start();
    await made.query(`create database ${TEMPLATE}`);
    await (await Store.open(made.url(TEMPLATE))).close();
    return made;
  }

  url(database: string): string {
    return `postgres://weir@127.0.0.1:${this.#port}/${database}`;
  }

  /** A database with our schema and nothing in it; the URL. */
  async newDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `weir_${this.#databases}`;
    await this.query(`create database ${name} template ${TEMPLATE}`);
    return this.url(name);
  }

  /** A database without anything in it; the URL. */
  async newEmptyDatabase(): Promise<string> {
    this.#databases += 1;
    await this.query(`create database weir_${this.#databases}`);
    return this.url(`weir_${this.#databases}`);
  }

  /** Runs a statement as the owner of everything; its rows. */
  async query(text: string, url = this.url('postgres')): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async #answers(): Promise<boolean> {
    return this.query('select 1').then(
      () => true,
      () => false,
    );
  }
}
