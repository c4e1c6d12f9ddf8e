import { Type, type Static } from 'typebox';
import { Identifier, NullableTimestamp, Timestamp } from '../ids.ts';
import { EXECUTOR_KINDS, Labels } from '../jobs/job-request.ts';

export const Gpu = Type.Object({
  index: Type.Integer(),
  name: Type.String(),
  memoryBytes: Type.Integer(),
  /** NUMA node that it is attached to; null = not known. */
  numa: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  /** As the driver writes it: `00000000:3B:00.0`. */
  busId: Type.Optional(Type.String({ maxLength: 64 })),
  driverVersion: Type.Optional(Type.String({ maxLength: 64 })),
});
export type Gpu = Static<typeof Gpu>;

/** One NUMA node of a machine (`/sys/devices/system/node`). */
export const NumaNode = Type.Object({
  id: Type.Integer({ minimum: 0 }),
  cpuIds: Type.Array(Type.Integer({ minimum: 0 }), { maxItems: 65536 }),
  memoryBytes: Type.Integer({ minimum: 0 }),
});
export type NumaNode = Static<typeof NumaNode>;

/** Whether jobs can be executed in a way on this node, and why not; `stages`: whether it has the programs and the engine of workflows. */
export const ExecutorReport = Type.Object({
  kind: Type.Enum([...EXECUTOR_KINDS, 'stages']),
  usable: Type.Boolean(),
  /** Why it is not usable, or what it cannot do here (`memory is watched, not limited`). */
  notes: Type.Array(Type.String({ maxLength: 500 }), { maxItems: 20 }),
});
export type ExecutorReport = Static<typeof ExecutorReport>;

/** What a node's parts are doing at one moment. */
export const NodeUsage = Type.Object({
  /** Of all CPUs, 0 to 100, since the sample before. */
  cpuPercent: Type.Number({ minimum: 0, maximum: 100 }),
  memoryUsedBytes: Type.Integer({ minimum: 0 }),
  /** Load average of one minute. */
  load: Type.Number({ minimum: 0 }),
  /** Degrees Celsius; null = no sensor. */
  temperature: Type.Union([Type.Number(), Type.Null()]),
  gpus: Type.Array(
    Type.Object({
      index: Type.Integer({ minimum: 0 }),
      /** Null where the driver does not tell. */
      utilizationPercent: Type.Union([Type.Number(), Type.Null()]),
      memoryUsedBytes: Type.Union([Type.Integer(), Type.Null()]),
      temperature: Type.Union([Type.Number(), Type.Null()]),
      powerWatts: Type.Union([Type.Number(), Type.Null()]),
      /** Percent of the time in which its memory was read or written. */
      memoryUtilizationPercent: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
      graphicsClockMhz: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
      memoryClockMhz: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
      fanPercent: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
      powerLimitWatts: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
    }),
    { maxItems: 1024 },
  ),
});
export type NodeUsage = Static<typeof NodeUsage>;

/** What a runner found on its machine. */
export const Inventory = Type.Object({
  hostname: Type.String({ maxLength: 255 }),
  cpus: Type.Integer({ minimum: 1 }),
  memoryBytes: Type.Integer({ minimum: 1 }),
  gpus: Type.Array(Gpu, { maxItems: 1024 }),
  os: Type.String({ maxLength: 255 }),
  /** Changes when the machine boots: processes of an earlier boot are gone. */
  bootId: Type.String({ maxLength: 64 }),
  runnerVersion: Type.String({ maxLength: 64 }),
  /** Empty when the CPUs are pretended or the kernel tells nothing. */
  numa: Type.Array(NumaNode, { maxItems: 1024 }),
  executors: Type.Array(ExecutorReport, { maxItems: 16 }),
  /** How other nodes reach this one: a name or an IP address; empty = as the host sees it. */
  address: Type.String({ maxLength: 255, pattern: '^[A-Za-z0-9.:_-]*$' }),
});
export type Inventory = Static<typeof Inventory>;

export const NODE_STATES = ['online', 'suspect', 'lost'] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** A node as the API shows it. */
export const Node = Type.Object({
  name: Identifier,
  state: Type.Enum([...NODE_STATES]),
  cpus: Type.Integer(),
  cpus_allocated: Type.Integer(),
  memory_bytes: Type.Integer(),
  memory_bytes_allocated: Type.Integer(),
  gpus: Type.Array(
    Type.Object({
      index: Type.Integer(),
      name: Type.String(),
      memory_bytes: Type.Integer(),
      allocated: Type.Boolean(),
      bus_id: Type.Optional(Type.String()),
      driver_version: Type.Optional(Type.String()),
    }),
  ),
  jobs: Type.Integer(),
  hostname: Type.String(),
  os: Type.String(),
  runner_version: Type.String(),
  last_seen_at: NullableTimestamp,
  /** Takes no new jobs; those that it has go on. */
  drained: Type.Boolean(),
  drain_reason: Type.Union([Type.String(), Type.Null()]),
  labels: Labels,
  address: Type.String(),
  numa: Type.Array(
    Type.Object({
      id: Type.Integer(),
      cpus: Type.Integer(),
      memory_bytes: Type.Integer(),
      cpu_ids: Type.Optional(Type.Array(Type.Integer())),
    }),
  ),
  executors: Type.Array(ExecutorReport),
  /** The last sample; null before the first. */
  usage: Type.Union([NodeUsage, Type.Null()]),
});
export type Node = Static<typeof Node>;

/** One minute of a node's life: means over its samples. */
export const NodeUsageMinute = Type.Object({
  at: Timestamp,
  cpu_percent: Type.Number(),
  memory_used_bytes: Type.Integer(),
  gpus: Type.Array(
    Type.Object({
      index: Type.Integer(),
      utilization_percent: Type.Union([Type.Number(), Type.Null()]),
      memory_used_bytes: Type.Union([Type.Integer(), Type.Null()]),
    }),
  ),
});
export type NodeUsageMinute = Static<typeof NodeUsageMinute>;

export const NodeUsageHistory = Type.Object({ name: Identifier, minutes: Type.Array(NodeUsageMinute) });
export type NodeUsageHistory = Static<typeof NodeUsageHistory>;
