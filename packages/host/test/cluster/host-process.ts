import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClient, type Client, type Health } from '@weir/contract';
import { eventually } from '../eventually.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');

/** A host as a process of its own, on a home of its own. */
export class HostProcess {
  readonly home: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;

  constructor(name: string, env: Readonly<Record<string, string>>) {
    this.home = mkdtempSync(join(tmpdir(), `weir-${name}-`));
    this.#env = {
      ...env,
      WEIR_HOME: this.home,
      WEIR_PORT: '0',
      WEIR_NODE_NAME: name,
      WEIR_LOG_LEVEL: 'fatal',
      PATH: process.env['PATH'] ?? '',
    };
  }

  async start(): Promise<void> {
    this.#child = spawn(process.execPath, [MAIN], { env: this.#env, stdio: ['ignore', 'ignore', 'inherit'] });
    await eventually(() => existsSync(join(this.home, 'run', 'host.json')));
  }

  get url(): string {
    return (JSON.parse(readFileSync(join(this.home, 'run', 'host.json'), 'utf8')) as { url: string }).url;
  }

  get client(): Client {
    return createClient({
      url: this.url,
      token: (JSON.parse(readFileSync(join(this.home, 'credential'), 'utf8')) as { token: string }).token,
    });
  }

  get nodeToken(): string {
    return (JSON.parse(readFileSync(join(this.home, 'run', 'node-token'), 'utf8')) as { token: string }).token;
  }

  health(): Promise<Health> {
    return this.client.healthShow();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGCONT');
    child.kill(signal);
    await once(child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.home, { recursive: true, force: true });
  }
}
