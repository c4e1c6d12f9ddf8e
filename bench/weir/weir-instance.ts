import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '@weir/contract/client';
import { requireCommand } from '../measure/command.ts';
import { waitFor } from '../measure/waiting.ts';
import { makeWeirEnvironment } from './config.ts';

const WEIR = join(import.meta.dirname, '../../weir');
const START_MS = 60_000;

export interface WeirOptions {
  /** CPUs that its one node pretends to have. */
  readonly cpus: number;
  /** Variables for its processes. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A Weir of our own in a temporary home. */
export class WeirInstance {
  readonly home: string;
  readonly #env: Readonly<Record<string, string>>;

  /** Makes the home; `cleanup` stops what runs in it and removes it. */
  constructor(cleanup: AsyncDisposableStack, options: WeirOptions) {
    this.home = mkdtempSync(join(tmpdir(), 'weir-bench-'));
    this.#env = makeWeirEnvironment({ ...options.env, WEIR_HOME: this.home, WEIR_CPUS: String(options.cpus), WEIR_NODE_NAME: 'bench' });
    cleanup.defer(async () => {
      await this.down();
      // Jobs that still end may write a last time.
      rmSync(this.home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    });
  }

  /** Starts host and runner and waits until the node takes jobs. */
  async up(): Promise<Client> {
    await requireCommand([WEIR, 'up', '--detach', '--port', '0'], { env: this.#env });
    const client = createClient({ url: this.#readField('run/host.json', 'url'), token: this.#readField('credential', 'token') });
    const nodeIsOnline = async () => (await client.nodeList()).nodes.some((node) => node.state === 'online') || undefined;
    await waitFor(nodeIsOnline, { what: `the node of ${this.home}`, limitMs: START_MS, everyMs: 50 });
    return client;
  }

  /** Stops both; does nothing when they do not run. */
  async down(): Promise<void> {
    await requireCommand([WEIR, 'down'], { env: this.#env });
  }

  hostPid(): number {
    return Number(this.#readField('run/host.json', 'pid'));
  }

  runnerPid(): number {
    return Number(this.#readField('run/runner.json', 'pid'));
  }

  /** What the first attempt of a job wrote to its standard output. */
  readOutput(jobId: number): string {
    return readFileSync(join(this.home, 'node/jobs', String(jobId), '1.stdout'), 'utf8');
  }

  #readField(file: string, field: string): string {
    const value: unknown = JSON.parse(readFileSync(join(this.home, file), 'utf8'));
    if (typeof value === 'object' && value !== null) {
      for (const [name, text] of Object.entries(value)) if (name === field) return String(text);
    }
    throw new Error(`${file} of ${this.home} has no "${field}"`);
  }
}
