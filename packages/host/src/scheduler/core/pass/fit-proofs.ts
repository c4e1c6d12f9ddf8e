import { roomHolds, type NodeTable } from '../nodes/node-table.ts';
import type { Shape } from '../shapes.ts';

/** False when it is proven that no node has room for the shape: such a proof holds until something is freed that would do. */
export function mayFit(table: NodeTable, shape: Shape): boolean {
  const { freed } = table;
  if (shape.blockedAt === freed.end) return false;
  if (shape.blockedAt >= 0 && !freed.hasSince(shape.blockedAt, (room) => roomHolds(room, shape))) {
    shape.blockedAt = freed.end;
    return false;
  }
  if (!shape.family.knowsTooLarge(shape, freed.end)) return true;
  shape.blockedAt = freed.end;
  return false;
}

/** Remembers that too few nodes have room for the shape now. */
export function proveTooLarge(table: NodeTable, shape: Shape): void {
  shape.blockedAt = table.freed.end;
  shape.family.addTooLarge(shape, table.freed.end);
}
