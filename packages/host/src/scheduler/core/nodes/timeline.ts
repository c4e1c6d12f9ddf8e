import type { Holding } from '../model.ts';
import type { NodeRoom } from './node-room.ts';

/** What will be free on a node after each expected end, if nothing starts: place 0 is now, and `times` there is -Infinity. */
export interface Timeline {
  readonly ends: readonly { readonly at: number; readonly holding: Holding }[];
  readonly times: readonly number[];
  readonly cpus: readonly number[];
  readonly memoryBytes: readonly number[];
  readonly gpus: readonly number[];
}

/** When a holding is expected to end, as far as its own figures say (it may lie in the past); -Infinity when it was told to make room. */
export function expectEnd(holding: Holding, unlimitedMs: number): number {
  if (holding.stopping) return -Infinity;
  return holding.endsAt ?? holding.startedAt + unlimitedMs;
}

/** Says what ends when on a node. */
export function drawTimeline(room: NodeRoom, unlimitedMs: number): Timeline {
  const ends = room.parts.map(({ holding }) => ({ at: expectEnd(holding, unlimitedMs), holding }));
  ends.sort((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
  const times = [-Infinity];
  const cpus = [room.space.cpus];
  const memoryBytes = [room.space.memoryBytes];
  const gpus = [room.space.gpus.length];
  for (const [place, { at, holding }] of ends.entries()) {
    times.push(at);
    cpus.push((cpus[place] ?? 0) + holding.cpus);
    memoryBytes.push((memoryBytes[place] ?? 0) + holding.memoryBytes);
    gpus.push((gpus[place] ?? 0) + holding.gpuIds.length);
  }
  return { ends, times, cpus, memoryBytes, gpus };
}
