import type { Fleet } from '../world/fleet.ts';
import type { Random } from '../world/random.ts';
import { CLUSTER_FAULTS, FAULTS, WEIGHTS, type Fault } from './faults.ts';

/** Faults that go on at the same time. */
const LANES = 2;

export interface Injection {
  readonly count: number;
  /** Kinds to choose from; undefined = all that the fleet can have. */
  readonly only: readonly string[] | undefined;
  readonly tell: (line: string) => void;
}

/** Makes so many faults, two at a time, and tells how many of each kind it made. */
export async function injectFaults(fleet: Fleet, random: Random, injection: Injection): Promise<Record<string, number>> {
  const all: Record<string, Fault> = { ...FAULTS, ...(fleet.store === undefined ? {} : CLUSTER_FAULTS) };
  const kinds = injection.only ?? Object.keys(all);
  const names = kinds.flatMap((kind) => Array.from({ length: WEIGHTS[kind] ?? 1 }, () => kind));
  const made: Record<string, number> = {};
  let left = injection.count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const name = random.pick(names);
      const fault = all[name];
      if (fault === undefined) throw new Error(`there is no fault "${name}": ${Object.keys(all).join(', ')}`);
      if (left % 10 === 0) injection.tell(`${left} faults to go`);
      try {
        await fault(fleet, random);
        made[name] = (made[name] ?? 0) + 1;
      } catch (error) {
        // The host that it asks is down because of another fault: this one was not made.
        injection.tell(`${name} was not made: ${error instanceof Error ? error.message : String(error)}`);
        left += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return made;
}
