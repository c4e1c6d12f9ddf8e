import { requireCommand } from '../../bench/measure/command.ts';

/** Which way packets of a machine are dropped. */
export type Direction = 'in' | 'out' | 'both';

/** A network of machines that are network namespaces with an address of their own, joined by a bridge; undone with `cleanup`. */
export class Network {
  readonly #tag: string;
  readonly #subnet: string;
  readonly #cleanup: AsyncDisposableStack;
  #machines = 1;

  private constructor(cleanup: AsyncDisposableStack, tag: string) {
    this.#cleanup = cleanup;
    this.#tag = tag;
    this.#subnet = `10.213.${process.pid % 250}`;
  }

  /** Makes the bridge; this process has the address `.1` on it. Needs root and iproute2. */
  static async create(cleanup: AsyncDisposableStack, tag: string): Promise<Network> {
    const network = new Network(cleanup, tag);
    const bridge = network.#bridge;
    await ip('link', 'add', bridge, 'type', 'bridge');
    cleanup.defer(() => ip('link', 'del', bridge));
    await ip('addr', 'add', `${network.#subnet}.1/24`, 'dev', bridge);
    await ip('link', 'set', bridge, 'up');
    return network;
  }

  /** Adds a machine and gives its namespace and address. */
  async add(name: string): Promise<{ namespace: string; address: string }> {
    this.#machines += 1;
    const address = `${this.#subnet}.${this.#machines}`;
    const namespace = `${this.#tag}-${name}`;
    const cable = `${this.#tag}v${this.#machines}`;
    await ip('netns', 'add', namespace);
    this.#cleanup.defer(() => ip('netns', 'del', namespace));
    await ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
    await ip('link', 'set', cable, 'master', this.#bridge, 'up');
    await ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    await ip('-n', namespace, 'link', 'set', 'eth0', 'up');
    await ip('-n', namespace, 'link', 'set', 'lo', 'up');
    return { namespace, address };
  }

  get #bridge(): string {
    return `${this.#tag}br`;
  }
}

/** Drops packets of a machine, all or those from and to one other address. */
export async function cut(namespace: string, direction: Direction, peer?: string): Promise<void> {
  const to = peer === undefined ? [] : ['-d', peer];
  const from = peer === undefined ? [] : ['-s', peer];
  if (direction !== 'out') await filter(namespace, '-A', 'INPUT', '-i', 'eth0', ...from, '-j', 'DROP');
  if (direction !== 'in') await filter(namespace, '-A', 'OUTPUT', '-o', 'eth0', ...to, '-j', 'DROP');
}

/** Lets every packet of a machine pass again. */
export async function heal(namespace: string): Promise<void> {
  await filter(namespace, '-F');
}

async function filter(namespace: string, ...args: readonly string[]): Promise<void> {
  await requireCommand(['ip', 'netns', 'exec', namespace, 'iptables', '-w', ...args]);
}

async function ip(...args: readonly string[]): Promise<void> {
  await requireCommand(['ip', ...args]);
}
