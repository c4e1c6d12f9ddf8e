import type { Strategy } from '@weir/contract';
import type { NodeRoom } from '../nodes/node-room.ts';
import { roomHolds, type NodeTable } from '../nodes/node-table.ts';
import type { Shape } from '../shapes.ts';

export interface ChoiceWish {
  readonly shape: Shape;
  readonly strategy: Strategy;
  /** The node that was taken last, for `round_robin`. */
  readonly lastNode: string | null;
  /** Whether the job may start on a node that has room: bookings, reservations. */
  readonly admits: (room: NodeRoom) => boolean;
}

export interface Choice {
  /** As many as the job has members, in the order of preference; undefined when there are too few. */
  readonly rooms: readonly NodeRoom[] | undefined;
  /** Enough nodes have room, whether or not it may be used. */
  readonly hasRoom: boolean;
}

/** Chooses a node for each member. */
export function chooseNodes(table: NodeTable, wish: ChoiceWish): Choice {
  const { shape, strategy } = wish;
  const target = shape.placing.target;
  if (target !== null) {
    const room = table.find(target.node);
    return collect(wish, (visit) => room !== undefined && visit(room));
  }
  if (strategy === 'binpack') return collect(wish, (visit) => table.visitFullestFirst(shape, visit));
  return chooseByRanking(table, wish);
}

type Source = (visit: (room: NodeRoom) => boolean) => boolean;

/** Takes the first that will do. */
function collect({ shape, admits }: ChoiceWish, visitAll: Source): Choice {
  const chosen: NodeRoom[] = [];
  let fitting = 0;
  visitAll((room) => {
    if (!roomHolds(room, shape)) return false;
    fitting += 1;
    if (admits(room)) chosen.push(room);
    return chosen.length === shape.placing.nodes;
  });
  return { rooms: chosen.length === shape.placing.nodes ? chosen : undefined, hasRoom: fitting >= shape.placing.nodes };
}

/** Ranks all that will do. */
function chooseByRanking(table: NodeTable, wish: ChoiceWish): Choice {
  const { shape, admits } = wish;
  const count = shape.placing.nodes;
  const fitting = table.rooms.filter((room) => roomHolds(room, shape));
  const allowed = fitting.filter(admits);
  const hasRoom = fitting.length >= count;
  if (allowed.length < count) return { rooms: undefined, hasRoom };
  const compare = makeRanking(wish);
  if (count > 1) return { rooms: allowed.sort(compare).slice(0, count), hasRoom };
  return { rooms: [allowed.reduce((best, room) => (compare(room, best) < 0 ? room : best))], hasRoom };
}

function makeRanking({ strategy, lastNode }: ChoiceWish): (left: NodeRoom, right: NodeRoom) => number {
  const byEmptiness = (left: NodeRoom, right: NodeRoom) => shareFree(right) - shareFree(left) || left.slot - right.slot;
  if (strategy === 'least_loaded') return (left, right) => left.node.load - right.node.load || byEmptiness(left, right);
  if (strategy !== 'round_robin') return byEmptiness;
  const turnsLater = (room: NodeRoom) => (lastNode === null || room.node.name > lastNode ? 0 : 1);
  return (left, right) => turnsLater(left) - turnsLater(right) || left.slot - right.slot;
}

function shareFree({ space, node }: NodeRoom): number {
  return space.cpus / node.cpus;
}
