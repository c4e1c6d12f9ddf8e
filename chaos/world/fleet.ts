import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type Client } from '@weir/contract/client';
import { requireCommand } from '../../bench/measure/command.ts';
import { waitFor } from '../../bench/measure/waiting.ts';
import { Clock } from './clock.ts';
import { SEARCH_PATH } from './config.ts';
import { Machine, type Service } from './machine.ts';
import { Network } from './network.ts';
import { StoreMachine } from './store-machine.ts';

const ROOT = join(import.meta.dirname, '../..');
const NODE = process.execPath;
const PORT = 7766;
const READY_MS = 60_000;
/** A silent host may not hold a caller up for long: the next one is asked. */
const ANSWER_MS = 5_000;
/** Short leases, so that a fault is noticed within a run. */
const PACE = { WEIR_HEARTBEAT_MS: '500', WEIR_NODE_LEASE_MS: '2000', WEIR_NODE_LOST_AFTER_MS: '6000' };

/** A machine with a host or a runner on it. */
export interface Member {
  readonly machine: Machine;
  readonly service: Service;
  readonly clock: Clock;
  readonly home: string;
}

export interface FleetOptions {
  readonly store: 'sqlite' | 'postgres';
  readonly nodes: number;
  /** CPUs that each node pretends to have. */
  readonly cpus: number;
  readonly folder: string;
}

/** Hosts, nodes and what they need, each on a machine of its own. */
export class Fleet {
  readonly hosts: readonly Member[];
  readonly nodes: readonly Member[];
  readonly store: StoreMachine | undefined;
  #asked = 0;

  private constructor(parts: { hosts: readonly Member[]; nodes: readonly Member[]; store: StoreMachine | undefined }) {
    this.hosts = parts.hosts;
    this.nodes = parts.nodes;
    this.store = parts.store;
  }

  /** Brings a whole fleet up and waits until every node is online. */
  static async start(cleanup: AsyncDisposableStack, options: FleetOptions): Promise<Fleet> {
    const network = await Network.create(cleanup, `wc${process.pid % 10_000}`);
    const logs = join(options.folder, 'logs');
    const store = options.store === 'postgres' ? await StoreMachine.create(network, join(options.folder, 'store'), logs) : undefined;
    if (store !== undefined) cleanup.defer(() => endAll([store.postgres, store.redis]));
    const hosts = await Promise.all(
      Array.from({ length: store === undefined ? 1 : 2 }, (_, index) => makeHost(network, { folder: options.folder, logs, store, index })),
    );
    cleanup.defer(() => endAll(hosts.map(({ service }) => service)));
    for (const host of hosts) {
      host.service.start();
      await waitFor(() => answers(host), { what: host.machine.name, limitMs: READY_MS, everyMs: 200 });
    }
    const fleet = new Fleet({ hosts, nodes: [], store });
    const urls = hosts.map(urlOf).join(',');
    const nodes: Member[] = [];
    for (let index = 1; index <= options.nodes; index += 1) nodes.push(await makeNode(network, fleet, { ...options, logs, index, urls }));
    cleanup.defer(() => endAll(nodes.map(({ service }) => service)));
    for (const node of nodes) node.service.start();
    const whole = new Fleet({ hosts, nodes, store });
    await waitFor(() => whole.allOnline(), { what: 'all nodes to be online', limitMs: READY_MS, everyMs: 500 });
    return whole;
  }

  /** A client of one of the hosts, in turn; it gives up a silent host soon. */
  client(limitMs = ANSWER_MS): Client {
    this.#asked += 1;
    const host = this.hosts[this.#asked % this.hosts.length];
    if (host === undefined) throw new Error('the fleet has no host');
    return createClient({ url: urlOf(host), token: readToken(host), signal: AbortSignal.timeout(limitMs) });
  }

  async allOnline(): Promise<true | undefined> {
    const { nodes } = await this.client().nodeList();
    return nodes.filter((node) => node.state === 'online').length >= this.nodes.length ? true : undefined;
  }

  /** Undoes whatever faults left: everything runs, thawed, with a whole network and the right time. */
  async mend(): Promise<void> {
    const services = this.store === undefined ? [] : [this.store.postgres, this.store.redis];
    for (const service of services) service.start();
    await this.store?.machine.heal();
    await this.store?.ready();
    for (const { machine, service, clock } of [...this.hosts, ...this.nodes]) {
      await machine.heal();
      clock.set(0);
      service.signal('SIGCONT');
      service.start();
    }
    for (const host of this.hosts) await waitFor(() => answers(host), { what: host.machine.name, limitMs: READY_MS, everyMs: 200 });
  }
}

async function makeHost(
  network: Network,
  options: { folder: string; logs: string; store: StoreMachine | undefined; index: number },
): Promise<Member> {
  const machine = await Machine.create(network, `host${options.index + 1}`);
  const home = await makeSmallDisk(join(options.folder, machine.name));
  const clock = new Clock(join(options.folder, `${machine.name}.clock`));
  const { store } = options;
  const service = machine.service('host', options.logs, {
    argv: [NODE, join(ROOT, 'packages/host/src/main.ts')],
    env: {
      ...PACE,
      ...clock.environment,
      PATH: SEARCH_PATH,
      WEIR_HOME: home,
      WEIR_LISTEN: machine.address,
      WEIR_PORT: String(PORT),
      WEIR_NODE_NAME: machine.name,
      ...(store === undefined ? {} : { WEIR_STORE: store.storeUrl, WEIR_REDIS: store.redisUrl }),
    },
  });
  return { machine, service, clock, home };
}

async function makeNode(
  network: Network,
  fleet: Fleet,
  options: FleetOptions & { logs: string; index: number; urls: string },
): Promise<Member> {
  const machine = await Machine.create(network, `node${options.index}`);
  const home = join(options.folder, machine.name);
  mkdirSync(join(home, 'run'), { recursive: true });
  const ticket = await fleet.client().tokenCreate({ body: { kind: 'join' } });
  const joined = await fleet.client().nodeJoin({ body: { name: machine.name, token: ticket.secret } });
  writeFileSync(join(home, 'run', 'node-token'), JSON.stringify({ node: machine.name, token: joined.secret }), { mode: 0o600 });
  const clock = new Clock(join(options.folder, `${machine.name}.clock`));
  const service = machine.service('runner', options.logs, {
    argv: [NODE, join(ROOT, 'packages/runner/src/main.ts')],
    env: {
      ...clock.environment,
      PATH: `${join(options.folder, 'bin')}:${SEARCH_PATH}`,
      WEIR_HOME: home,
      WEIR_HOST_URL: options.urls,
      WEIR_CPUS: String(options.cpus),
      WEIR_NODE_ADDRESS: machine.address,
    },
  });
  return { machine, service, clock, home };
}

/** A folder on a file system of its own that can be filled without harm to others. */
async function makeSmallDisk(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  await requireCommand(['mount', '-t', 'tmpfs', '-o', 'size=192m,mode=700', 'tmpfs', folder]);
  return folder;
}

function urlOf(host: Member): string {
  return `http://${host.machine.address}:${PORT}`;
}

function readToken(host: Member): string {
  const credential: unknown = JSON.parse(readFileSync(join(host.home, 'credential'), 'utf8'));
  if (typeof credential === 'object' && credential !== null && 'token' in credential) return String(credential.token);
  throw new Error('the credential has no token');
}

async function answers(host: Member): Promise<true | undefined> {
  const answer = await fetch(`${urlOf(host)}/api/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  return answer === undefined ? undefined : true;
}

async function endAll(services: readonly Service[]): Promise<void> {
  await Promise.all(services.map((service) => service.end()));
}
