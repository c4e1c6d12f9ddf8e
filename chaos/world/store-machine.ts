import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import { requireCommand } from '../../bench/measure/command.ts';
import { waitFor } from '../../bench/measure/waiting.ts';
import { Machine, type Service } from './machine.ts';
import type { Network } from './network.ts';

const LIBRARY = '/usr/lib/postgresql';
const START_MS = 30_000;

/** The machine with PostgreSQL and Redis. */
export class StoreMachine {
  readonly machine: Machine;
  readonly postgres: Service;
  readonly redis: Service;
  readonly #programs: string;

  private constructor(machine: Machine, parts: { folder: string; logs: string; programs: string }) {
    this.machine = machine;
    this.#programs = parts.programs;
    const options = ['-h', '0.0.0.0', '-p', '5432', '-k', '', '-c', 'max_connections=100'];
    const postgres = [join(parts.programs, 'postgres'), '-D', join(parts.folder, 'postgres'), ...options];
    this.postgres = machine.service('postgres', parts.logs, {
      argv: ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', ...postgres],
      env: { PATH: '/usr/bin:/bin' },
    });
    this.redis = machine.service('redis', parts.logs, {
      argv: ['redis-server', '--bind', '0.0.0.0', '--protected-mode', 'no', '--save', '', '--dir', parts.folder],
      env: { PATH: '/usr/bin:/bin' },
    });
  }

  /** Makes an empty database `weir` and starts both services. */
  static async create(network: Network, folder: string, logs: string): Promise<StoreMachine> {
    const programs = findPostgres();
    const machine = await Machine.create(network, 'store');
    await initialize(folder, programs);
    const store = new StoreMachine(machine, { folder, logs, programs });
    store.postgres.start();
    store.redis.start();
    await store.ready();
    await requireCommand([join(programs, 'createdb'), '-h', machine.address, '-U', 'postgres', 'weir']);
    return store;
  }

  get storeUrl(): string {
    return `postgres://postgres@${this.machine.address}:5432/weir`;
  }

  get redisUrl(): string {
    return `redis://${this.machine.address}:6379`;
  }

  /** Waits until PostgreSQL answers. */
  async ready(): Promise<void> {
    await waitFor(
      async () => {
        const check = requireCommand([join(this.#programs, 'pg_isready'), '-q', '-U', 'postgres', '-h', this.machine.address]);
        return check.then(() => true).catch(() => undefined);
      },
      { what: 'PostgreSQL', limitMs: START_MS, everyMs: 200 },
    );
  }

  async flushRedis(): Promise<void> {
    await requireCommand(['redis-cli', '-h', this.machine.address, 'FLUSHALL']);
  }
}

async function initialize(folder: string, programs: string): Promise<void> {
  const place = join(folder, 'postgres');
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const uid = Number(await requireCommand(['id', '-u', 'postgres']));
  const gid = Number(await requireCommand(['id', '-g', 'postgres']));
  chownSync(folder, uid, gid);
  chownSync(place, uid, gid);
  const make = [join(programs, 'initdb'), '-D', place, '-U', 'postgres', '--auth=trust', '--no-instructions'];
  await requireCommand(['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', ...make]);
  await requireCommand(['sh', '-c', `echo "host all all 10.213.0.0/16 trust" >> ${place}/pg_hba.conf`]);
}

function findPostgres(): string {
  const [newest] = readdirSync(LIBRARY).sort((left, right) => Number(right) - Number(left));
  if (newest === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  return join(LIBRARY, newest, 'bin');
}
