import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '@weir/contract/client';
import { stopDaemon } from '../measure/daemon.ts';
import { waitFor } from '../measure/waiting.ts';
import { makeWeirEnvironment } from './config.ts';

const MAIN = join(import.meta.dirname, '../../packages/host/src/main.ts');
const RUNNERS = join(import.meta.dirname, 'simulated-runners.ts');
const START_MS = 120_000;

/** A host alone, without a runner of its own, in a temporary home. */
export class HostInstance {
  readonly home: string;
  readonly #cleanup: AsyncDisposableStack;
  #child: ChildProcess | undefined;

  /** Makes the home; `cleanup` stops what runs in it and removes it. */
  constructor(cleanup: AsyncDisposableStack) {
    this.home = mkdtempSync(join(tmpdir(), 'weir-bench-'));
    this.#cleanup = cleanup;
    cleanup.defer(async () => {
      await this.down();
      rmSync(this.home, { recursive: true, force: true });
    });
  }

  /** Starts the host and waits until it answers. `flags` go to its Node. */
  async up(flags: readonly string[] = []): Promise<Client> {
    const env = makeWeirEnvironment({ WEIR_HOME: this.home, WEIR_PORT: '0', WEIR_LOG_LEVEL: 'error', WEIR_NODE_NAME: 'none' });
    const child = spawn(process.execPath, [...flags, MAIN], { env, cwd: this.home, stdio: ['ignore', 'ignore', 'inherit'] });
    this.#child = child;
    const file = join(this.home, 'run/host.json');
    await waitFor(
      () => (child.exitCode !== null ? fail() : (existsSync(file) && this.#read(file, 'pid') === String(child.pid)) || undefined),
      {
        what: `a host in ${this.home}`,
        limitMs: START_MS,
        everyMs: 20,
      },
    );
    return createClient(this.clientOptions);
  }

  get clientOptions(): { url: string; token: string } {
    return { url: this.url, token: this.#read(join(this.home, 'credential'), 'token') };
  }

  async down(): Promise<void> {
    if (this.#child !== undefined) await stopDaemon(this.#child);
    this.#child = undefined;
  }

  get url(): string {
    return this.#read(join(this.home, 'run/host.json'), 'url');
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Lets `count` nodes join whose runners execute nothing, all played by one process; resolves when all are connected. */
  async simulateNodes(client: Client, nodes: { count: number; cpus: number }): Promise<void> {
    const { secret } = await client.tokenCreate({ body: { kind: 'join', uses: nodes.count } });
    const pairs: string[] = [];
    for (let index = 0; index < nodes.count; index += 1) {
      const name = `sim-${index}`;
      pairs.push(`${name}=${(await client.nodeJoin({ body: { name, token: secret } })).secret}`);
    }
    const child = spawn(process.execPath, [RUNNERS, this.url, String(nodes.cpus), ...pairs], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#cleanup.defer(() => stopDaemon(child));
    await once(child.stdout, 'data');
  }

  #read(file: string, field: string): string {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value === 'object' && value !== null)
      for (const [name, found] of Object.entries(value)) if (name === field) return String(found);
    throw new Error(`${file} has no "${field}"`);
  }
}

function fail(): never {
  throw new Error('the host ended before it answered');
}
