import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_MS = 60_000;

/**
 * A Docker Engine of its own, which leaves nothing behind: images and containers of the machine are not seen, no rule of its firewall is
 * written. So containers reach each other in networks of their own, the machine reaches them by published ports, and they reach nothing else.
 */
export class DockerEngine {
  /** For the variable DOCKER_HOST. */
  readonly url: string;
  readonly #folder: string;
  readonly #daemon: ChildProcess;

  private constructor(folder: string) {
    this.#folder = folder;
    this.url = `unix://${folder}/socket`;
    const log = openSync(join(folder, 'log'), 'a');
    const folders = ['--data-root', `${folder}/data`, '--exec-root', `${folder}/exec`, '--pidfile', `${folder}/pid`];
    const network = ['--iptables=false', '--ip-forward=false', '--bridge=none'];
    // What it mounts is gone with it.
    this.#daemon = spawn('unshare', ['--mount', 'dockerd', '--host', this.url, ...folders, ...network], { stdio: ['ignore', log, log] });
    closeSync(log);
  }

  /** What this machine lacks for an engine; undefined = nothing: one has been started, and stopped again. */
  static async findMissing(): Promise<string | undefined> {
    if (process.getuid?.() !== 0) return 'it needs root';
    const program = ['docker', 'dockerd', 'debootstrap'].find((name) => spawnSync(name, ['--version']).error !== undefined);
    if (program !== undefined) return `${program} is not installed (npm run setup -- --dev installs it on Debian)`;
    try {
      await (await DockerEngine.start())[Symbol.asyncDispose]();
      return undefined;
    } catch (error) {
      return String(error);
    }
  }

  /** Throws with the end of its log when it does not come up. */
  static async start(): Promise<DockerEngine> {
    const engine = new DockerEngine(mkdtempSync(join(tmpdir(), 'weir-dockerd-')));
    try {
      await engine.#until(() => engine.docker('info'));
      return engine;
    } catch (error) {
      const log = readFileSync(join(engine.#folder, 'log'), 'utf8').slice(-2_000);
      await engine[Symbol.asyncDispose]();
      throw new Error(`dockerd did not come up:\n${log}`, { cause: error });
    }
  }

  /** Runs a docker command; what it prints. Throws with what it complains of. */
  docker(...args: string[]): string {
    return execFileSync('docker', ['--host', this.url, ...args], { encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 26 });
  }

  /** Waits until a docker command succeeds. */
  async untilDocker(...args: string[]): Promise<void> {
    await this.#until(() => this.docker(...args));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#daemon.kill('SIGTERM');
    if (this.#daemon.exitCode === null && this.#daemon.signalCode === null) await once(this.#daemon, 'exit');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #until(works: () => unknown): Promise<void> {
    const deadline = AbortSignal.timeout(START_MS);
    for (;;) {
      try {
        works();
        return;
      } catch (error) {
        if (deadline.aborted || this.#daemon.exitCode !== null) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
}
