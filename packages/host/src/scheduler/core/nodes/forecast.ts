import type { Shape } from '../shapes.ts';
import { gpuSuits, spaceHolds } from './fit.ts';
import type { NodeRoom } from './node-room.ts';
import type { NodeTable } from './node-table.ts';
import { drawTimeline, type Timeline } from './timeline.ts';

/** Shapes whose forecasts are kept; more than are booked in a pass. */
const KEPT_SHAPES = 64;

interface ShapeForecast {
  readonly shape: Shape;
  readonly times: Float64Array;
  readonly versions: Int32Array;
  /** Position in the log of touched nodes up to which the times are true. */
  knownAt: number;
}

/**
 * When each node will have room for a shape, if nothing else starts there: by slot, milliseconds since the epoch.
 * -Infinity = now, or as soon as those that were told to make room have gone; Infinity = never.
 * Times in the past mean: expected at any moment.
 */
export class Forecast {
  private readonly table: NodeTable;
  private unlimitedMs: number;
  private slotVersion = -1;
  private readonly shapes = new Map<Shape, ShapeForecast>();
  private timelines: (Timeline | undefined)[] = [];
  private timelineVersions = new Int32Array(0);

  constructor(table: NodeTable, unlimitedMs: number) {
    this.table = table;
    this.unlimitedMs = unlimitedMs;
  }

  setUnlimitedMs(unlimitedMs: number): void {
    if (unlimitedMs !== this.unlimitedMs) this.slotVersion = -1;
    this.unlimitedMs = unlimitedMs;
  }

  /** Brought up to date where nodes changed; valid until one changes. */
  timesFor(shape: Shape): Float64Array {
    const { rooms, versions, touched } = this.table;
    this.forgetOldSlots(rooms.length);
    const forecast = this.take(shape, rooms.length);
    for (const room of touched.listSince(forecast.knownAt) ?? rooms) {
      const version = versions[room.slot] ?? 0;
      if (forecast.versions[room.slot] === version) continue;
      forecast.times[room.slot] = this.findTime(room, shape);
      forecast.versions[room.slot] = version;
    }
    forecast.knownAt = touched.end;
    return forecast.times;
  }

  timelineOf(room: NodeRoom): Timeline {
    const { rooms, versions } = this.table;
    this.forgetOldSlots(rooms.length);
    const known = this.timelines[room.slot];
    const version = versions[room.slot] ?? 0;
    if (known !== undefined && this.timelineVersions[room.slot] === version) return known;
    const timeline = drawTimeline(room, this.unlimitedMs);
    this.timelines[room.slot] = timeline;
    this.timelineVersions[room.slot] = version;
    return timeline;
  }

  private forgetOldSlots(count: number): void {
    if (this.slotVersion === this.table.slotVersion) return;
    this.slotVersion = this.table.slotVersion;
    this.shapes.clear();
    this.timelines = Array.from({ length: count }, () => undefined);
    this.timelineVersions = new Int32Array(count);
  }

  /** The least lately used one makes room. */
  private take(shape: Shape, count: number): ShapeForecast {
    const forecast = this.shapes.get(shape) ?? { shape, times: new Float64Array(count), versions: new Int32Array(count), knownAt: -1 };
    this.shapes.delete(shape);
    this.shapes.set(shape, forecast);
    const oldest = this.shapes.keys().next();
    if (this.shapes.size > KEPT_SHAPES && oldest.done !== true) this.shapes.delete(oldest.value);
    return forecast;
  }

  private findTime(room: NodeRoom, shape: Shape): number {
    if (!room.ready || !shape.filter.allows(room.node, room.kind)) return Infinity;
    if (shape.needsNothing) return -Infinity;
    const { node } = room;
    if (shape.demand.cpus > node.cpus || shape.demand.memoryBytes > node.memoryBytes || shape.gpus > node.gpus.length) return Infinity;
    const timeline = this.timelineOf(room);
    return amountsDecide(room, shape) ? findTimeByAmounts(room, { shape, timeline }) : findTimeExactly(room, { shape, timeline });
  }
}

/** True when it does not matter which of the node's GPUs, and which NUMA node, are free. */
function amountsDecide({ node }: NodeRoom, { demand, placing, gpus }: Shape): boolean {
  if ((placing.target?.numa ?? null) !== null || (placing.target?.gpuIds ?? null) !== null) return false;
  return gpus === 0 || node.gpus.every((gpu) => gpuSuits(gpu, demand));
}

/** A job that wants the node for itself needs all of it, which is at least as much as it asks for. */
function findTimeByAmounts({ node }: NodeRoom, { shape, timeline }: { shape: Shape; timeline: Timeline }): number {
  const { times, cpus, memoryBytes, gpus } = timeline;
  const { exclusive } = shape.demand;
  const wanted = exclusive ? node : shape.demand;
  const wantedGpus = exclusive ? node.gpus.length : shape.gpus;
  for (let place = 0; place < times.length; place += 1) {
    if ((cpus[place] ?? 0) < wanted.cpus || (memoryBytes[place] ?? 0) < wanted.memoryBytes || (gpus[place] ?? 0) < wantedGpus) continue;
    return times[place] ?? Infinity;
  }
  return Infinity;
}

function findTimeExactly(room: NodeRoom, { shape, timeline }: { shape: Shape; timeline: Timeline }): number {
  const space = room.space.clone();
  if (spaceHolds(space, shape)) return -Infinity;
  for (const { at, holding } of timeline.ends) {
    space.give(holding);
    if (spaceHolds(space, shape)) return at;
  }
  return Infinity;
}
