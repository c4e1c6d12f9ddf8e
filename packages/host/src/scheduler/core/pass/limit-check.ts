import type { Member } from '../model.ts';
import type { Amounts, ReachedLimit } from '../rules/tallies.ts';
import type { Shape } from '../shapes.ts';
import type { Visitor } from './bookings.ts';

/** The limit that keeps one more job from starting; its members when they are known count what they really get. */
export function findLimit({ shape, owner }: Visitor, members?: readonly Member[]): ReachedLimit | undefined {
  const amounts = members === undefined ? countWanted(shape) : countGiven(members);
  return owner.tallies[0]?.findReached(amounts) ?? owner.tallies[1]?.findReached(amounts);
}

function countWanted({ demand, placing, gpus }: Shape): Amounts {
  return { jobs: 1, cpus: demand.cpus * placing.nodes, memoryBytes: demand.memoryBytes * placing.nodes, gpus: gpus * placing.nodes };
}

function countGiven(members: readonly Member[]): Amounts {
  const given = { jobs: 1, cpus: 0, memoryBytes: 0, gpus: 0 };
  for (const { cpus, memoryBytes, gpuIds } of members) {
    given.cpus += cpus;
    given.memoryBytes += memoryBytes;
    given.gpus += gpuIds.length;
  }
  return given;
}
