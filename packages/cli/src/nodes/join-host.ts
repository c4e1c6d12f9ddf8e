import { AppError, createClient, type Labels } from '@weir/contract/client';
import { note } from '../output/terminal.ts';
import { readMembership, storeMembership, type Membership } from './joined-home.ts';

/** What a machine says to become a node. */
export interface JoinRequest {
  readonly home: string;
  /** Every host of the fleet: any of them takes the node. */
  readonly hosts: readonly string[] | undefined;
  /** Absent: the machine is a node already. */
  readonly token: string | undefined;
  readonly name: string | undefined;
  /** Of the machine. */
  readonly defaultName: string;
  readonly labels: Labels | undefined;
}

/** Makes this home a node, or finds what it is; trades the token only when there is one. */
export async function joinHost(request: JoinRequest): Promise<Membership> {
  const before = readMembership(request.home);
  return request.token === undefined ? goOn(request, before) : trade({ ...request, token: request.token }, before);
}

function goOn({ home, hosts, name }: JoinRequest, before: Membership | undefined): Membership {
  if (before === undefined) {
    throw new AppError(
      'invalid_input',
      'this machine is no node yet: give --host URL and --token T, as "weir token create --join" prints them',
      {
        field: '--token',
      },
    );
  }
  if (name !== undefined && name !== before.node) {
    throw new AppError('invalid_input', `this machine is node ${before.node}: another name needs a new --token`, {
      field: '--name',
      value: name,
    });
  }
  if (hosts === undefined) return before;
  const moved = { ...before, hosts };
  storeMembership(home, moved);
  return moved;
}

async function trade(request: JoinRequest & { token: string }, before: Membership | undefined): Promise<Membership> {
  const hosts = request.hosts ?? before?.hosts;
  if (hosts === undefined) throw new AppError('invalid_input', 'which host does the token belong to? Give --host URL', { field: '--host' });
  const name = request.name ?? before?.node ?? request.defaultName;
  const body = { name, token: request.token, ...(request.labels === undefined ? {} : { labels: request.labels }) };
  try {
    // The one operation that needs no credential: the join token is in its body.
    const joined = await askInTurn(hosts, (host) => createClient({ url: host, token: '' }).nodeJoin({ body }));
    const membership = { hosts, node: joined.node };
    storeMembership(request.home, membership, joined.secret);
    return membership;
  } catch (error) {
    // The same line pasted again: the machine is what it asks to become, and its own token still stands.
    if (!(error instanceof AppError) || before?.hosts.some((host) => hosts.includes(host)) !== true || before.node !== name) throw error;
    note(`weir: ${error.message}; going on as node ${name}, which this machine is`);
    return before;
  }
}

/** The answer of the first host that can be reached. */
async function askInTurn<T>(hosts: readonly string[], ask: (host: string) => Promise<T>): Promise<T> {
  let unreachable: unknown;
  for (const host of hosts) {
    try {
      return await ask(host);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'host_unreachable') throw error;
      unreachable = error;
    }
  }
  throw unreachable;
}
