import { Type, type Static } from 'typebox';
import { Identifier, NullableTimestamp } from '../ids.ts';

export const Gpu = Type.Object({ index: Type.Integer(), name: Type.String(), memoryBytes: Type.Integer() });
export type Gpu = Static<typeof Gpu>;

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
  gpus: Type.Array(Type.Object({ index: Type.Integer(), name: Type.String(), memory_bytes: Type.Integer(), allocated: Type.Boolean() })),
  jobs: Type.Integer(),
  hostname: Type.String(),
  os: Type.String(),
  runner_version: Type.String(),
  last_seen_at: NullableTimestamp,
});
export type Node = Static<typeof Node>;
