import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { meddle } from '../load/meddling.ts';
import type { Fleet, Member } from '../world/fleet.ts';
import type { Random } from '../world/random.ts';

/** Something that goes wrong and is over when the promise resolves. */
export type Fault = (fleet: Fleet, random: Random) => Promise<void>;

const pause = (random: Random, leastMs: number, mostMs: number) => delay(random.between(leastMs, mostMs));

async function killFor(members: readonly Member[], random: Random): Promise<void> {
  for (const { service } of members) await service.end('SIGKILL');
  await pause(random, 0, 2_000);
  for (const { service } of members) service.start();
}

async function freeze(member: Member, random: Random): Promise<void> {
  member.service.signal('SIGSTOP');
  await pause(random, 500, 12_000);
  member.service.signal('SIGCONT');
}

async function stepClock(member: Member, random: Random): Promise<void> {
  member.clock.set(random.pick([-3_600, 3_600]));
  await pause(random, 2_000, 4_000);
  member.clock.set(0);
}

/** Faults that any fleet can have. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  runner_killed: (fleet, random) => killFor([random.pick(fleet.nodes)], random),
  host_killed: (fleet, random) => killFor([random.pick(fleet.hosts)], random),
  hosts_killed: (fleet, random) => killFor(fleet.hosts, random),
  host_and_runner_killed: (fleet, random) => killFor([random.pick(fleet.hosts), random.pick(fleet.nodes)], random),
  runner_frozen: (fleet, random) => freeze(random.pick(fleet.nodes), random),
  host_frozen: (fleet, random) => freeze(random.pick(fleet.hosts), random),
  node_cut_off: async (fleet, random) => {
    const { machine } = random.pick(fleet.nodes);
    await machine.cut(random.pick(['in', 'out', 'both']));
    await pause(random, 500, 12_000);
    await machine.heal();
  },
  clock_stepped: (fleet, random) => stepClock(random.pick([...fleet.hosts, ...fleet.nodes]), random),
  disk_full: async (fleet, random) => {
    const file = join(random.pick(fleet.hosts).home, 'ballast');
    try {
      for (let piece = 0; piece < 256; piece += 1) writeFileSync(file, Buffer.alloc(1024 * 1024), { flag: 'a' });
    } catch {
      // That it fails is the fault.
    }
    await pause(random, 500, 2_000);
    rmSync(file, { force: true });
  },
  users_meddle: (fleet, random) => meddle(() => fleet.client(), random),
};

/** Faults of a fleet with PostgreSQL and Redis. */
export const CLUSTER_FAULTS: Readonly<Record<string, Fault>> = {
  host_cut_from_store: async (fleet, random) => {
    const { machine } = random.pick(fleet.hosts);
    await machine.cut(random.pick(['in', 'out', 'both']), fleet.store?.machine);
    await pause(random, 500, 8_000);
    await machine.heal();
  },
  postgres_killed: async (fleet, random) => {
    await fleet.store?.postgres.end(random.pick(['SIGKILL', 'SIGINT', 'SIGQUIT']));
    await pause(random, 200, 3_000);
    fleet.store?.postgres.start();
    await fleet.store?.ready();
  },
  redis_killed: async (fleet, random) => {
    await fleet.store?.redis.end('SIGKILL');
    await pause(random, 200, 3_000);
    fleet.store?.redis.start();
  },
  redis_flushed: async (fleet) => {
    await fleet.store?.flushRedis().catch(() => undefined);
  },
};

/** How often a fault is made beside the others; 1 where nothing is said. A fleet has more nodes than hosts. */
export const WEIGHTS: Readonly<Record<string, number>> = { runner_killed: 3, runner_frozen: 3, node_cut_off: 4, users_meddle: 2 };
