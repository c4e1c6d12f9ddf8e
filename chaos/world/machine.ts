import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { cut, heal, type Direction, type Network } from './network.ts';

/** What a service executes. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** A machine of the fleet: an address and the services on it. */
export class Machine {
  readonly name: string;
  readonly address: string;
  readonly #namespace: string;

  private constructor(name: string, place: { namespace: string; address: string }) {
    this.name = name;
    this.address = place.address;
    this.#namespace = place.namespace;
  }

  static async create(network: Network, name: string): Promise<Machine> {
    return new Machine(name, await network.add(name));
  }

  cut(direction: Direction, peer?: Machine): Promise<void> {
    return cut(this.#namespace, direction, peer?.address);
  }

  heal(): Promise<void> {
    return heal(this.#namespace);
  }

  /** A service of this machine; its output goes to a file of `logs`. */
  service(name: string, logs: string, command: Command): Service {
    const argv = ['ip', 'netns', 'exec', this.#namespace, ...command.argv] as const;
    return new Service(`${this.name}-${name}`, logs, { argv, env: command.env });
  }
}

/** A process that can be started, killed and frozen, again and again. */
export class Service {
  readonly name: string;
  readonly #log: string;
  readonly #command: Command;
  #child: ChildProcess | undefined;

  constructor(name: string, logs: string, command: Command) {
    this.name = name;
    mkdirSync(logs, { recursive: true });
    this.#log = join(logs, `${name}.log`);
    this.#command = command;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.name} was never started`);
    return pid;
  }

  /** Starts it unless it runs; `env` is added for this life only. */
  start(env: Readonly<Record<string, string>> = {}): void {
    if (this.isRunning) return;
    const [program, ...args] = this.#command.argv;
    const log = openSync(this.#log, 'a');
    this.#child = spawn(program, args, { env: { ...this.#command.env, ...env }, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) process.kill(this.pid, signal);
  }

  /** Ends it by `signal` and waits until it is gone. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGCONT');
    child.kill(signal);
    await gone;
  }
}
