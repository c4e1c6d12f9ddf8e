import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClient, type Client } from '@weir/contract';
import { processIsAlive, type ProcessIdentity } from '@weir/runtime';

const LAUNCHER = resolve(import.meta.dirname, '../../weir');
/** Longest time one command may take. */
const COMMAND_MS = 600_000;

/** What a command said and how it ended. */
export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type ControlProcess = 'host' | 'runner' | 'up';

/** A Weir home of its own in a temporary folder, used as a person does: through `./weir`. */
export class WeirHome {
  readonly path: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(path: string, env: Readonly<Record<string, string>>) {
    this.path = path;
    this.#env = env;
  }

  /** Makes the folder and brings Weir up on a free port. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<WeirHome> {
    const home = new WeirHome(mkdtempSync(join(tmpdir(), 'weir-e2e-')), env);
    await home.up();
    return home;
  }

  async up(): Promise<void> {
    await this.must(['up', '--detach', '--port', '0']);
  }

  /** Runs a command to its end. */
  async weir(args: readonly string[], options: { readonly cwd?: string } = {}): Promise<CommandEnd> {
    return new Promise((done) => {
      const env = { ...process.env, ...this.#env, WEIR_HOME: this.path, NO_COLOR: '1' };
      const given = { env, timeout: COMMAND_MS, maxBuffer: 64 * 1024 * 1024, ...(options.cwd === undefined ? {} : { cwd: options.cwd }) };
      execFile(LAUNCHER, [...args], given, (error: ExecFileException | null, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        done({ code, stdout, stderr });
      });
    });
  }

  /** Runs a command that must succeed and returns its standard output. */
  async must(args: readonly string[], options: { readonly cwd?: string } = {}): Promise<string> {
    const end = await this.weir(args, options);
    if (end.code !== 0) throw new Error(`weir ${args.join(' ')} ended with ${end.code}\n${end.stderr}\n${this.readLogs()}`);
    return end.stdout;
  }

  /** Runs a command that must succeed with `--json` and returns what it printed. */
  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.must([...args.slice(0, 2), '--json', ...args.slice(2)])) as T;
  }

  /** A typed client with the local credential. */
  client(): Client {
    const { token } = this.#read<{ token: string }>('credential');
    return createClient({ url: this.#read<{ url: string }>('run/host.json').url, token });
  }

  identityOf(name: ControlProcess): ProcessIdentity {
    return this.#read<ProcessIdentity>(`run/${name}.json`);
  }

  /** Ends a process of the control plane as a power cut would. */
  kill(name: ControlProcess): ProcessIdentity {
    const identity = this.identityOf(name);
    if (processIsAlive(identity)) process.kill(identity.pid, 'SIGKILL');
    return identity;
  }

  /** Last lines of the processes' logs, for messages of failed tests. */
  readLogs(): string {
    return ['up', 'host', 'runner']
      .map((name) => join(this.path, 'logs', `${name}.log`))
      .filter((path) => existsSync(path))
      .map((path) => `--- ${path}\n${readFileSync(path, 'utf8').split('\n').slice(-30).join('\n')}`)
      .join('\n');
  }

  /** Ends everything and deletes the folder. */
  async destroy(): Promise<void> {
    await this.must(['down', '--cancel-jobs']);
    rmSync(this.path, { recursive: true, force: true });
  }

  #read<T>(name: string): T {
    return JSON.parse(readFileSync(join(this.path, name), 'utf8')) as T;
  }
}
