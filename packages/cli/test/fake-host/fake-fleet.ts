import {
  AccountCreate,
  AccountUpdate,
  AppError,
  ReservationCreate,
  TokenCreate,
  UserCreate,
  UserUpdate,
  type Account,
  type NewToken,
  type Node,
  type Reservation,
  type Token,
  type User,
} from '@weir/contract';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Answer, Call } from './router.ts';

const GIB = 1024 ** 3;
const AT = '2026-01-31T10:00:00.000Z';
const Change = Type.Object({
  set: Type.Optional(Type.Record(Type.String(), Type.String())),
  remove: Type.Optional(Type.Array(Type.String())),
});
const Drain = Type.Object({ reason: Type.Optional(Type.String()) });
const Join = Type.Object({ name: Type.String(), token: Type.String() });

/** Nodes, users, tokens, accounts, reservations and audit of the fake host. */
export class FakeFleet {
  readonly nodes = new Map<string, Node>([['node-1', NODE]]);
  readonly users = new Map<string, User>();
  readonly accounts = new Map<string, Account>();
  readonly reservations = new Map<string, Reservation>();
  readonly tokens: Token[] = [];
  /** Names that a live node token owns. */
  readonly joined = new Set<string>();
  #ids = 0;

  handle(call: Call): Answer | undefined {
    const json = this.#node(call) ?? this.#identity(call) ?? this.#account(call);
    return json === undefined ? undefined : { json };
  }

  #node(call: Call): unknown {
    const name = String(call.params['name']);
    switch (call.id) {
      case 'nodeList':
        return { nodes: [...this.nodes.values()] };
      case 'nodeShow':
        return this.#nodeOf(name);
      case 'nodeDrain':
        return this.#set({ ...this.#nodeOf(name), drained: true, drain_reason: Value.Parse(Drain, call.body).reason ?? null });
      case 'nodeResume':
        return this.#set({ ...this.#nodeOf(name), drained: false, drain_reason: null });
      case 'nodeLabel':
        return this.#set({ ...this.#nodeOf(name), labels: relabel(this.#nodeOf(name).labels, Value.Parse(Change, call.body)) });
      case 'nodeRemove':
        if (this.#nodeOf(name).jobs > 0 && call.query['force'] !== 'true') {
          throw new AppError('state_conflict', `node ${name} has ${this.#nodeOf(name).jobs} jobs: wait for them, or force it`);
        }
        this.nodes.delete(name);
        return { name };
      case 'nodeUsage':
        return { name: this.#nodeOf(name).name, minutes: MINUTES };
      case 'nodeJoin':
        return this.#join(Value.Parse(Join, call.body));
      default:
        return undefined;
    }
  }

  #identity(call: Call): unknown {
    const name = String(call.params['name']);
    switch (call.id) {
      case 'userList':
        return { users: [...this.users.values()] };
      case 'userShow':
        return find(this.users, name, 'user_not_found');
      case 'userCreate':
        return this.#createUser(Value.Parse(UserCreate, call.body));
      case 'userUpdate':
        return put(this.users, { ...find(this.users, name, 'user_not_found'), ...Value.Parse(UserUpdate, call.body) });
      case 'userRemove':
        this.users.delete(find(this.users, name, 'user_not_found').name);
        return { name };
      case 'tokenList':
        return { tokens: this.tokens };
      case 'tokenCreate':
        return this.#createToken(Value.Parse(TokenCreate, call.body));
      case 'tokenRevoke':
        return { id: call.params['id'] };
      case 'auditList':
        return {
          entries: [{ id: 7, at: AT, actor: 'ada', action: 'node.drain', subject: 'node:node-1', detail: { reason: 'disk' } }],
          next_before: null,
        };
      default:
        return undefined;
    }
  }

  #account(call: Call): unknown {
    const name = String(call.params['name']);
    switch (call.id) {
      case 'accountList':
        return { accounts: [...this.accounts.values()] };
      case 'accountShow':
        return find(this.accounts, name, 'account_not_found');
      case 'accountCreate':
        return put(this.accounts, { ...NO_ACCOUNT, ...Value.Parse(AccountCreate, call.body) });
      case 'accountUpdate':
        return put(this.accounts, { ...find(this.accounts, name, 'account_not_found'), ...Value.Parse(AccountUpdate, call.body) });
      case 'accountRemove':
        this.accounts.delete(find(this.accounts, name, 'account_not_found').name);
        return { name };
      case 'reservationList':
        return { reservations: [...this.reservations.values()] };
      case 'reservationCreate':
        return put(this.reservations, { ...NO_RESERVATION, id: ++this.#ids, ...Value.Parse(ReservationCreate, call.body) });
      case 'reservationRemove':
        this.reservations.delete(find(this.reservations, name, 'reservation_not_found').name);
        return { name };
      default:
        return undefined;
    }
  }

  #join({ name, token }: { name: string; token: string }) {
    if (token !== 'join-token') throw new AppError('unauthenticated', 'this join token is not known: ask for a new one');
    if (this.joined.has(name))
      throw new AppError('already_exists', `there is a node ${name}: choose another name`, { field: 'name', value: name });
    this.joined.add(name);
    return { node: name, secret: `secret-of-${name}` };
  }

  #createUser({ name, role = 'user', default_account = name, limits = {} }: UserCreate): User {
    if (this.users.has(name)) throw new AppError('already_exists', `there is a user ${name}`, { field: 'name', value: name });
    return put(this.users, { name, role, default_account, limits, accounts: [], created_at: AT });
  }

  #createToken({ kind, user = 'ada', label, expires_in_ms, uses = 1 }: TokenCreate): NewToken {
    const expires_at = expires_in_ms === undefined ? null : '2026-02-01T10:00:00.000Z';
    const uses_left = kind === 'join' ? uses : null;
    const token: Token = {
      id: ++this.#ids,
      kind,
      subject: user,
      label: label ?? null,
      created_at: AT,
      expires_at,
      last_used_at: null,
      uses_left,
    };
    this.tokens.push(token);
    return { token, secret: `secret-${token.id}` };
  }

  #nodeOf(name: string): Node {
    return find(this.nodes, name, 'node_not_found');
  }

  #set(node: Node): Node {
    return put(this.nodes, node);
  }
}

function relabel(labels: Node['labels'], { set = {}, remove = [] }: { set?: Node['labels']; remove?: string[] }): Node['labels'] {
  return Object.fromEntries(Object.entries({ ...labels, ...set }).filter(([key]) => !remove.includes(key)));
}

function put<T extends { name: string }>(all: Map<string, T>, one: T): T {
  all.set(one.name, one);
  return one;
}

function find<T>(
  all: Map<string, T>,
  name: string,
  code: 'user_not_found' | 'account_not_found' | 'reservation_not_found' | 'node_not_found',
): T {
  const one = all.get(name);
  if (one === undefined) throw new AppError(code, `there is no ${code.replace('_not_found', '')} ${name}`, { field: 'name', value: name });
  return one;
}

const NO_ACCOUNT = { shares: 1, members: [], limits: {}, usage: 0, fair_share: 1, created_at: AT };
const NO_RESERVATION = { nodes: null, users: [], accounts: [], reason: null, created_by: 'ada' };

const MINUTES = [
  {
    at: '2026-01-31T09:59:00.000Z',
    cpu_percent: 12.4,
    memory_used_bytes: 2 * GIB,
    gpus: [{ index: 0, utilization_percent: 87, memory_used_bytes: 4 * GIB }],
  },
  { at: AT, cpu_percent: 80, memory_used_bytes: 3 * GIB, gpus: [{ index: 0, utilization_percent: null, memory_used_bytes: null }] },
];

const NODE: Node = {
  name: 'node-1',
  state: 'online',
  cpus: 8,
  cpus_allocated: 2,
  memory_bytes: 16 * GIB,
  memory_bytes_allocated: 1.5 * GIB,
  gpus: [{ index: 0, name: 'GPU', memory_bytes: 8 * GIB, allocated: true }],
  jobs: 2,
  hostname: 'node-1.test',
  os: 'Linux',
  runner_version: '0.1.0',
  last_seen_at: AT,
  drained: false,
  drain_reason: null,
  labels: { rack: '2' },
  address: '',
  numa: [{ id: 0, cpus: 8, memory_bytes: 16 * GIB }],
  executors: [
    { kind: 'process', usable: true, notes: [] },
    { kind: 'systemd', usable: false, notes: ['there is no systemd'] },
  ],
  usage: {
    cpuPercent: 37.2,
    memoryUsedBytes: 3 * GIB,
    load: 2.5,
    temperature: 54,
    gpus: [{ index: 0, utilizationPercent: 87, memoryUsedBytes: 4 * GIB, temperature: 61, powerWatts: 240 }],
  },
};
