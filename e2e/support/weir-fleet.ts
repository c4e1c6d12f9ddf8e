import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClient, type Client, type Job, type JobCreate, type Node } from '@weir/contract';
import { freePort } from '../../packages/host/test/servers/server-process.ts';
import { listProcessesWith } from './job-processes.ts';
import { waitFor } from './wait.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const LAUNCHER = join(ROOT, 'weir');
/** Short leases, so that a test sees a node fall silent. */
const PACE = { WEIR_HEARTBEAT_MS: '300', WEIR_NODE_LEASE_MS: '1500', WEIR_NODE_LOST_AFTER_MS: '4000' };

interface ProcessOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Words of a command that executes the ones that follow them somewhere else. */
  readonly within?: readonly string[] | undefined;
}

/** A process of the fleet, started as a person would and ended as a power cut would. */
export class FleetProcess {
  readonly home: string;
  readonly #argv: readonly string[];
  readonly #options: ProcessOptions;
  #child: ChildProcess | undefined;

  /** `argv` are the words after `weir`. */
  constructor(home: string, argv: readonly string[], options: ProcessOptions) {
    this.home = home;
    this.#argv = argv;
    this.#options = options;
    mkdirSync(home, { recursive: true });
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  start(): void {
    if (this.isRunning) return;
    const log = openSync(join(this.home, 'output.log'), 'a');
    const env = { ...process.env, ...PACE, ...this.#options.env, WEIR_HOME: this.home, NO_COLOR: '1' };
    const [program = LAUNCHER, ...args] = [...(this.#options.within ?? []), LAUNCHER, ...this.#argv];
    this.#child = spawn(program, args, { env, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
  }

  /** To the process and all that it started in its own session: jobs have sessions of their own and live on. */
  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) process.kill(-this.pid, signal);
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return;
    const gone = new Promise((done) => child.once('exit', done));
    this.signal('SIGCONT');
    this.signal(signal);
    await gone;
  }

  output(): string {
    return readFileSync(join(this.home, 'output.log'), 'utf8');
  }
}

export interface NodeOptions {
  readonly cpus?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: string;
  readonly within?: readonly string[];
}

/** Hosts and nodes on this machine, each with a Weir home of its own, joined as the guide says. */
export class WeirFleet {
  readonly folder: string;
  readonly hosts: FleetProcess[] = [];
  readonly nodes = new Map<string, FleetProcess>();
  readonly #storeEnv: Readonly<Record<string, string>>;
  #gates = 0;

  private constructor(storeEnv: Readonly<Record<string, string>>) {
    this.folder = mkdtempSync(join(tmpdir(), 'weir-fleet-'));
    this.#storeEnv = storeEnv;
  }

  /** Starts hosts; more than one needs a store that they can have in common (`WEIR_STORE` in `storeEnv`). */
  static async start(storeEnv: Readonly<Record<string, string>> = {}, hosts = 1): Promise<WeirFleet> {
    const fleet = new WeirFleet(storeEnv);
    for (let count = 0; count < hosts; count += 1) await fleet.addHost();
    return fleet;
  }

  async addHost(env: Readonly<Record<string, string>> = {}): Promise<FleetProcess> {
    const name = `host${this.hosts.length + 1}`;
    const host = new FleetProcess(join(this.folder, name), ['host'], {
      env: {
        ...this.#storeEnv,
        WEIR_NODE_NAME: name,
        // Chosen once, as a host that is started again must be found where it was.
        WEIR_PORT: String(await freePort()),
        ...env,
      },
    });
    this.hosts.push(host);
    host.start();
    await this.hostReady(host);
    return host;
  }

  /** Waits until a host answers. */
  async hostReady(host: FleetProcess): Promise<void> {
    const answers = async () => (await this.client(host).nodeList()).nodes.length >= 0;
    await waitFor(`${host.home} to answer\n${host.output()}`, () =>
      answers().then(
        (yes) => yes || undefined,
        () => undefined,
      ),
    );
  }

  client(host = this.hosts[0]): Client {
    if (host === undefined) throw new Error('the fleet has no host');
    return createClient({ url: this.url(host), token: this.token(host) });
  }

  /** The credential of the admin. */
  token(host = this.hosts[0]): string {
    if (host === undefined) throw new Error('the fleet has no host');
    return readField(join(host.home, 'credential'), 'token');
  }

  url(host = this.hosts[0]): string {
    if (host === undefined) throw new Error('the fleet has no host');
    return readField(join(host.home, 'run', 'host.json'), 'url');
  }

  /** Joins a machine as a node and waits until it is online. */
  async addNode(name: string, options: NodeOptions = {}): Promise<FleetProcess> {
    const { secret } = await this.client().tokenCreate({ body: { kind: 'join' } });
    const hosts = this.hosts.map((host) => this.url(host)).join(',');
    const words = ['node', 'join', '--host', hosts, '--token', secret, '--name', name];
    const labels = options.labels === undefined ? [] : ['--labels', options.labels];
    const node = new FleetProcess(join(this.folder, name), [...words, ...labels], {
      env: { WEIR_CPUS: String(options.cpus ?? 4), ...options.env },
      within: options.within,
    });
    this.nodes.set(name, node);
    node.start();
    await this.nodeIs(name, 'online');
    return node;
  }

  node(name: string): FleetProcess {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  }

  async nodeIs(name: string, state: Node['state'], client = this.client()): Promise<Node> {
    return waitFor(`node ${name} to be ${state}`, async () => {
      const { nodes } = await client.nodeList();
      return nodes.find((node) => node.name === name && node.state === state);
    });
  }

  /** Queues a job whose processes can be told from those of other fleets. */
  submit(body: JobCreate): Promise<Job> {
    return this.client().jobCreate({ body: { ...body, env: { WEIR_FLEET: this.folder, ...body.env } } });
  }

  /** Processes of a job that are on this machine. */
  processesOf(jobId: number): { pid: number; command: string }[] {
    return listProcessesWith([`WEIR_FLEET=${this.folder}`, `WEIR_JOB_ID=${jobId}`]);
  }

  /** A job that runs a line of shell. */
  sh(line: string, rest: JobCreate = {}): Promise<Job> {
    return this.submit({ command: ['sh', '-c', line], ...rest });
  }

  /** Something that jobs can wait for: shell that waits, and what ends the waiting. */
  gate(): { readonly wait: string; readonly open: () => void } {
    this.#gates += 1;
    const file = join(this.folder, `gate-${this.#gates}`);
    return { wait: `until [ -e "${file}" ]; do sleep 0.05; done`, open: () => writeFileSync(file, '') };
  }

  async jobIs(id: number, ...states: Job['state'][]): Promise<Job> {
    return waitFor(`job ${id} to be ${states.join(' or ')}`, async () => {
      const job = await this.client().jobShow({ params: { job_id: id } });
      return states.includes(job.state) ? job : undefined;
    });
  }

  async end(id: number): Promise<Job> {
    return waitFor(`job ${id} to end`, async () => {
      const job = await this.client()
        .jobShow({ params: { job_id: id }, query: { wait_ms: 5_000 } })
        .catch(() => undefined);
      return job === undefined || job.ended_at === null ? undefined : job;
    });
  }

  /** All that a job has written so far. */
  async text(jobId: number, stream: 'stdout' | 'stderr' = 'stdout'): Promise<string> {
    return Buffer.from(await this.client().jobLogs({ params: { job_id: jobId }, query: { stream } })).toString('utf8');
  }

  /** What a job that runs a line of shell writes to its standard output. */
  async outputOf(line: string, rest: JobCreate = {}): Promise<string> {
    const job = await this.sh(line, rest);
    await this.end(job.job_id);
    return this.text(job.job_id);
  }

  /** Ends every process of the fleet and of its jobs, and deletes its folders. */
  async destroy(): Promise<void> {
    for (const process of [...this.nodes.values(), ...this.hosts]) await process.end();
    await waitFor('no process of the fleet is left', () => {
      const left = listProcessesWith([`WEIR_FLEET=${this.folder}`]);
      if (left.length > 0) spawnSync('kill', ['-KILL', ...left.map(({ pid }) => String(pid))], { stdio: 'ignore' });
      return left.length === 0 ? true : undefined;
    });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function readField(path: string, name: string): string {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const field = typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
  if (typeof field !== 'string') throw new Error(`${path} has no ${name}`);
  return field;
}
