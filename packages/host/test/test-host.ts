import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { InjectOptions } from 'fastify';
import { pino, type Logger } from 'pino';
import { createClient, type Client, type Job, type JobState } from '@weir/contract';
import { readConfig, type HostConfig } from '../src/config.ts';
import { startHost, type RunningHost } from '../src/host.ts';
import { insertToken } from '../src/identity/token-store.ts';
import { insertUser } from '../src/identity/user-store.ts';
import { eventually } from './eventually.ts';
import { FakeRunner } from './fake-runner.ts';
import { newClusterStore } from './servers/file-servers.ts';

export const ENGINE_DIR = resolve(import.meta.dirname, '../../../engines/fuxictr');

/** A host on a home of its own in a temporary folder, listening on a free port, with what tests ask of it. */
export class TestHost {
  readonly home: string;
  /** Everything that it logged. */
  readonly logLines: string[] = [];
  #running: RunningHost | undefined;
  readonly #config: Partial<HostConfig>;
  /** With WEIR_TEST_STORE=postgres: a PostgreSQL database and a Redis of its own. */
  #cluster: Partial<HostConfig> | undefined;
  readonly #runners: FakeRunner[] = [];

  /** `fuxictrRoot` is taken relative to the home. */
  constructor(config: Partial<HostConfig> = {}) {
    this.home = mkdtempSync(join(tmpdir(), 'weir-host-'));
    this.#config = config;
  }

  static async start(config: Partial<HostConfig> = {}): Promise<TestHost> {
    const host = new TestHost(config);
    await host.start();
    return host;
  }

  get running(): RunningHost {
    if (this.#running === undefined) throw new Error('the host does not run');
    return this.#running;
  }

  get config(): HostConfig {
    const env = { WEIR_HOME: this.home, WEIR_PORT: '0', WEIR_NODE_NAME: 'here', WEIR_ENGINE_DIR: ENGINE_DIR };
    const { fuxictrRoot } = this.#config;
    const checkout = fuxictrRoot === undefined ? {} : { fuxictrRoot: join(this.home, fuxictrRoot) };
    return { ...readConfig(env), localUser: 'root', ...this.#cluster, ...this.#config, ...checkout };
  }

  async start(): Promise<void> {
    if (process.env['WEIR_TEST_STORE'] === 'postgres') this.#cluster ??= await newClusterStore();
    this.#running = await startHost(this.config, this.logger());
  }

  /** Stops the host; its home stays, so that it can start again. */
  async halt(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const runner of this.#runners) await runner.disconnect();
    await this.halt();
    rmSync(this.home, { recursive: true, force: true });
  }

  logger(): Logger {
    return pino({ level: 'debug' }, { write: (line) => this.logLines.push(line) });
  }

  /** The token in a file that the host wrote for this machine. */
  token(file: 'credential' | 'run/node-token' = 'credential'): string {
    const { token } = JSON.parse(readFileSync(join(this.home, file), 'utf8')) as { token: string };
    return token;
  }

  /** A client of the local admin, or of the bearer of another token. */
  client(token = this.token()): Client {
    return createClient({ url: this.running.url, token });
  }

  async addUser(name: string): Promise<string> {
    return this.running.services.store.write(async ({ db }) => {
      await insertUser(db, { name, role: 'user' });
      return insertToken(db, { kind: 'user', subject: name, expiresAt: null });
    });
  }

  async addNodeToken(node: string): Promise<string> {
    return this.running.services.identity.issueNodeToken(node, undefined);
  }

  /** A runner of a node that has not connected yet; the local one without a name. */
  async runner(node = 'here'): Promise<FakeRunner> {
    const token = node === 'here' ? this.token('run/node-token') : await this.addNodeToken(node);
    const runner = new FakeRunner({ url: this.running.url, node, token });
    this.#runners.push(runner);
    return runner;
  }

  async connectedRunner(node = 'here'): Promise<FakeRunner> {
    const runner = await this.runner(node);
    await runner.connect();
    await this.nodeIsKnown(node);
    return runner;
  }

  /** Waits until the queue knows a node: of a store that is shared, a host hears a moment after the commit. */
  async nodeIsKnown(node: string): Promise<void> {
    if (this.#cluster === undefined) return;
    const body = { command: ['true'], target: { node } };
    await eventually(() =>
      this.client()
        .jobDryRun({ body })
        .then(
          () => true,
          () => undefined,
        ),
    );
  }

  async jobIn(jobId: number, state: JobState): Promise<Job> {
    const client = this.client();
    return eventually(async () => ((job) => job.state === state && job)(await client.jobShow({ params: { job_id: jobId } })));
  }

  /** Asks without a socket; as the local admin unless `token` says otherwise (null = nobody). */
  async inject(options: InjectOptions & { token?: string | null }) {
    const { token, headers, ...rest } = options;
    const bearer = token === undefined ? this.token() : token;
    const authorization = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
    return this.running.app.inject({ ...rest, headers: { ...authorization, ...headers } });
  }

  writeFile(path: string, text: string): void {
    const whole = join(this.home, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  }
}
