import type { Demand, Placing } from './model.ts';
import { countGpus, needsNothing, type Need, type Wish } from './nodes/fit.ts';
import { PlacingFilter } from './nodes/node-filter.ts';

/** Jobs that need the same, in the same places, for the same time are of one shape: where one does not fit now, none does. */
export class Shape implements Need {
  readonly demand: Demand;
  readonly placing: Placing;
  readonly timeLimitMs: number | null;
  readonly filter: PlacingFilter;
  readonly family: ShapeFamily;
  readonly needsNothing: boolean;
  /** Of one member. */
  readonly gpus: number;
  readonly id: number;
  /** Buckets of jobs of this shape. */
  buckets = 0;
  /** Position in the log of freed nodes up to which it is proven not to fit; -1 = not proven. */
  blockedAt = -1;
  /** The pass that found that it may not start now whatever is free, for those without a reservation. */
  rejectedIn = 0;
  /** Version of the fleet's capacity that could never hold it; -1 = not known. */
  hopelessAt = -1;

  constructor(parts: { id: number; wish: ShapeWish; filter: PlacingFilter; family: ShapeFamily }) {
    this.id = parts.id;
    this.demand = parts.wish.demand;
    this.placing = parts.wish.placing;
    this.timeLimitMs = parts.wish.timeLimitMs;
    this.filter = parts.filter;
    this.family = parts.family;
    this.needsNothing = needsNothing(parts.wish);
    this.gpus = countGpus(parts.wish);
  }

  /** How long it may run; Infinity without a limit. */
  get durationMs(): number {
    return this.timeLimitMs ?? Infinity;
  }
}

export interface ShapeWish extends Wish {
  readonly timeLimitMs: number | null;
}

/**
 * Shapes that differ in sizes only: where one does not fit, none that is as large in every part does.
 * `failed` is the Pareto set of the smallest sizes that are known not to fit, while nothing was freed since `failedAt`.
 */
export class ShapeFamily {
  private failed: Shape[] = [];
  private failedAt = -1;

  /** True when a shape that is no larger was found not to fit since something was freed last. */
  knowsTooLarge(shape: Shape, freedAt: number): boolean {
    return this.failedAt === freedAt && this.failed.some((other) => isNoLarger(other, shape));
  }

  addTooLarge(shape: Shape, freedAt: number): void {
    if (this.failedAt !== freedAt) this.failed = [];
    this.failedAt = freedAt;
    this.failed = [...this.failed.filter((other) => !isNoLarger(shape, other)), shape];
  }
}

function isNoLarger(left: Shape, right: Shape): boolean {
  return (
    left.demand.cpus <= right.demand.cpus &&
    left.demand.memoryBytes <= right.demand.memoryBytes &&
    left.gpus <= right.gpus &&
    left.demand.gpuMemoryBytes <= right.demand.gpuMemoryBytes &&
    left.placing.nodes <= right.placing.nodes
  );
}

/** Gives equal wishes the same shape. */
export class ShapeTable {
  private readonly shapes = new Map<string, Shape>();
  private readonly filters = new Map<string, PlacingFilter>();
  private readonly families = new Map<string, ShapeFamily>();
  /** Ids below it may be in use; those that are given back are used again. */
  idsEnd = 0;
  private readonly freeIds: number[] = [];

  get all(): Iterable<Shape> {
    return this.shapes.values();
  }

  intern(wish: ShapeWish): Shape {
    const key = describeShape(wish);
    const known = this.shapes.get(key);
    if (known !== undefined) return known;
    const shape = this.build(wish, this.freeIds.pop() ?? this.idsEnd);
    this.idsEnd = Math.max(this.idsEnd, shape.id + 1);
    this.shapes.set(key, shape);
    return shape;
  }

  /** The shape of waiting jobs that wish this, else one that is only thought of. */
  find(wish: ShapeWish): Shape {
    return this.shapes.get(describeShape(wish)) ?? this.make(wish);
  }

  /** A shape that is only thought of; it has no id. */
  make(wish: ShapeWish): Shape {
    return this.build(wish, -1);
  }

  private build(wish: ShapeWish, id: number): Shape {
    const filterKey = describeFilter(wish.placing);
    const familyKey = describeFamily(wish, filterKey);
    const filter = this.filters.get(filterKey) ?? new PlacingFilter(wish.placing);
    const family = this.families.get(familyKey) ?? new ShapeFamily();
    this.filters.set(filterKey, filter);
    this.families.set(familyKey, family);
    return new Shape({ id, wish, filter, family });
  }

  /** Forgets a shape of which no job waits. */
  forget(shape: Shape): void {
    this.shapes.delete(describeShape(shape));
    this.freeIds.push(shape.id);
    if (this.shapes.size > 0) return;
    this.filters.clear();
    this.families.clear();
  }
}

function describeShape(wish: ShapeWish): string {
  const { cpus, memoryBytes, gpus, gpuMemoryBytes } = wish.demand;
  const sizes = `${cpus},${memoryBytes},${gpus},${gpuMemoryBytes},${wish.placing.nodes},${wish.timeLimitMs ?? '-'},${wish.placing.strategy ?? '-'}`;
  return `${sizes}/${describeFamily(wish, describeFilter(wish.placing))}`;
}

function describeFamily({ demand, placing }: Wish, filter: string): string {
  const ids = placing.target?.gpuIds?.join() ?? '-';
  return `${demand.exclusive ? 'x' : ''}${JSON.stringify(demand.gpuType)}/${placing.target?.numa ?? '-'}/${ids}/${filter}`;
}

function describeFilter({ target, partition, labels, executor }: Placing): string {
  const pairs = Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([target?.node ?? null, partition, executor, pairs]);
}
