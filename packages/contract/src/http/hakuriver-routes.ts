import { Type, type Static } from 'typebox';
import { Identifier, IdNumber, NullableTimestamp, Timestamp } from '../ids.ts';
import { Environment } from '../jobs/job-request.ts';
import type { Route } from './route.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const text = (maxLength: number) => Type.String({ maxLength, pattern: '^[^\\u0000]*$' });
const GpuIds = Type.Array(Type.Integer({ minimum: 0, maximum: 1023 }), { maxItems: 1024 });

export const HakuriverSubmit = Type.Object(
  {
    task_type: Type.Optional(Type.Enum(['command', 'vps'])),
    command: Type.String({ minLength: 1, maxLength: 128 * 1024, pattern: '^\\s*[^\\s\\u0000][^\\u0000]*$' }),
    arguments: Type.Optional(Nullable(Type.Array(text(128 * 1024), { maxItems: 4000 }))),
    env_vars: Type.Optional(Nullable(Environment)),
    required_cores: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_536 })),
    /** Per target, in their order. */
    required_gpus: Type.Optional(Nullable(Type.Array(GpuIds, { maxItems: 1000 }))),
    required_memory_bytes: Type.Optional(Nullable(Type.Integer({ minimum: 1024 * 1024, maximum: Number.MAX_SAFE_INTEGER }))),
    /** `HOST` or `HOST:NUMA`. */
    targets: Type.Optional(
      Nullable(Type.Array(Type.String({ maxLength: 110, pattern: '^[a-zA-Z0-9.-]+(:\\d{1,4})?$' }), { maxItems: 1000 })),
    ),
    /** `NULL` = no container. */
    container_name: Type.Optional(Nullable(text(255))),
    privileged: Type.Optional(Nullable(Type.Boolean())),
    additional_mounts: Type.Optional(Nullable(Type.Array(text(4096), { maxItems: 100 }))),
  },
  { additionalProperties: false },
);
export type HakuriverSubmit = Static<typeof HakuriverSubmit>;

const Failed = Type.Array(Type.Object({ target: Nullable(Type.String()), reason: Type.String() }));

/** With status 503 when no target took the task: then there are no ids, and `detail` says why. */
export const HakuriverSubmitted = Type.Object({
  message: Type.String(),
  task_ids: Type.Array(Type.String()),
  failed_targets: Type.Optional(Failed),
  detail: Type.Optional(Type.String()),
});
export type HakuriverSubmitted = Static<typeof HakuriverSubmitted>;

export const HAKURIVER_STATES = [
  'pending',
  'assigning',
  'running',
  'paused',
  'completed',
  'failed',
  'killed',
  'killed_oom',
  'lost',
] as const;

/** A job in the words of HakuRiver. */
export const HakuriverTask = Type.Object({
  task_id: Type.String(),
  task_type: Type.Enum(['command', 'vps']),
  batch_id: Type.String(),
  command: Type.String(),
  arguments: Type.Array(Type.String()),
  /** Only in `/status`. */
  env_vars: Type.Optional(Type.Record(Type.String(), Type.String())),
  required_cores: Type.Integer(),
  required_gpus: Type.Array(Type.Integer()),
  required_memory_bytes: Nullable(Type.Integer()),
  target_numa_node_id: Nullable(Type.Integer()),
  status: Type.Enum([...HAKURIVER_STATES]),
  assigned_node: Nullable(Type.String()),
  /** On its node; null where that node chose the place, and before it has one. */
  stdout_path: Nullable(Type.String()),
  stderr_path: Nullable(Type.String()),
  /** Always 0: no task here is suspected of not having arrived. */
  assignment_suspicion_count: Type.Integer(),
  /** Always null: the node alone names its scopes. */
  systemd_unit_name: Type.Null(),
  exit_code: Nullable(Type.Integer()),
  error_message: Nullable(Type.String()),
  submitted_at: Timestamp,
  started_at: NullableTimestamp,
  completed_at: NullableTimestamp,
  ssh_port: Nullable(Type.Integer()),
});
export type HakuriverTask = Static<typeof HakuriverTask>;

/** -1, or empty text, where nothing is known. */
const HakuriverGpu = Type.Object({
  gpu_id: Type.Integer(),
  name: Type.String(),
  driver_version: Type.String(),
  pci_bus_id: Type.String(),
  gpu_utilization: Type.Number(),
  graphics_clock_mhz: Type.Number(),
  mem_utilization: Type.Number(),
  mem_clock_mhz: Type.Number(),
  memory_total_mib: Type.Number(),
  memory_used_mib: Type.Number(),
  memory_free_mib: Type.Number(),
  temperature: Type.Number(),
  fan_speed: Type.Number({ description: 'percent' }),
  power_usage_mw: Type.Number(),
  power_limit_mw: Type.Number(),
});

/** By the NUMA node's id. */
const NumaTopology = Nullable(Type.Record(Type.String(), Type.Object({ cores: Type.Array(Type.Integer()), memory_bytes: Type.Integer() })));

export const HakuriverNode = Type.Object({
  hostname: Type.String(),
  url: Type.String({ description: 'how the node is reached; runners listen nowhere' }),
  total_cores: Type.Integer(),
  cores_in_use: Type.Integer(),
  available_cores: Type.Integer(),
  status: Type.Enum(['online', 'offline']),
  last_heartbeat: NullableTimestamp,
  numa_topology: NumaTopology,
  gpu_info: Type.Array(HakuriverGpu),
});
export type HakuriverNode = Static<typeof HakuriverNode>;

const NodeHealth = Type.Object({
  hostname: Type.String(),
  status: Type.Enum(['online', 'offline']),
  last_heartbeat: NullableTimestamp,
  cpu_percent: Nullable(Type.Number()),
  memory_percent: Nullable(Type.Number()),
  memory_used_bytes: Nullable(Type.Integer()),
  memory_total_bytes: Type.Integer(),
  total_cores: Type.Integer(),
  numa_topology: NumaTopology,
  current_avg_temp: Nullable(Type.Number()),
  current_max_temp: Nullable(Type.Number()),
  gpu_info: Type.Array(HakuriverGpu),
});
export type HakuriverNodeHealth = Static<typeof NodeHealth>;

const Aggregate = Type.Object({
  totalNodes: Type.Integer(),
  onlineNodes: Type.Integer(),
  totalCores: Type.Integer(),
  totalMemBytes: Type.Integer(),
  usedMemBytes: Type.Integer(),
  avgCpuPercent: Nullable(Type.Number()),
  avgMemPercent: Nullable(Type.Number()),
  maxAvgCpuTemp: Nullable(Type.Number()),
  maxMaxCpuTemp: Nullable(Type.Number()),
  lastUpdated: Timestamp,
});
export type HakuriverAggregate = Static<typeof Aggregate>;

/** scns-conductor's and HakuRiver's answers in one. Who shows no token gets no nodes; samples: up to 59 minutes, then the newest one. */
export const CompatHealth = Type.Object({
  status: Type.Enum(['healthy', 'unhealthy']),
  service: Type.String(),
  nodes: Type.Array(Type.Array(NodeHealth)),
  aggregate: Type.Array(Aggregate),
});
export type CompatHealth = Static<typeof CompatHealth>;

const TaskParams = Type.Object({ task_id: IdNumber });
const Message = Type.Object({ message: Type.String() });
const task = { params: TaskParams, access: 'user' } as const;
const list = { response: Type.Array(HakuriverTask), access: 'user' } as const;
const ofRunners = { summary: 'As HakuRiver: for its runners; refused', response: Message, access: 'open' } as const;

/** The routes of HakuRiver's host (the first one, without a prefix). */
export const HAKURIVER_ROUTES = {
  taskSubmit: {
    method: 'POST',
    path: '/submit',
    summary: 'As HakuRiver: queue a command, once per target; 503 when no target took it',
    body: HakuriverSubmit,
    response: HakuriverSubmitted,
    status: 202,
    access: 'user',
  },
  taskStatus: { method: 'GET', path: '/status/:task_id', summary: 'As HakuRiver: one task', response: HakuriverTask, ...task },
  taskList: {
    method: 'GET',
    path: '/tasks',
    summary: 'As HakuRiver: tasks, newest first',
    query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })), before: Type.Optional(IdNumber) }),
    ...list,
  },
  vpsList: { method: 'GET', path: '/vps', summary: 'As HakuRiver: every VPS', ...list },
  vpsStatus: { method: 'GET', path: '/vps/status', summary: 'As HakuRiver: every VPS that has not ended', ...list },
  taskStdout: {
    method: 'GET',
    path: '/task/:task_id/stdout',
    summary: 'As HakuRiver: the whole standard output',
    response: 'text',
    ...task,
  },
  taskStderr: {
    method: 'GET',
    path: '/task/:task_id/stderr',
    summary: 'As HakuRiver: the whole standard error',
    response: 'text',
    ...task,
  },
  taskKill: {
    method: 'POST',
    path: '/kill/:task_id',
    summary: 'As HakuRiver: end a task; 409 when it has ended',
    response: Message,
    status: 202,
    ...task,
  },
  taskPause: { method: 'POST', path: '/command/:task_id/pause', summary: 'As HakuRiver: freeze a task', response: Message, ...task },
  taskResume: { method: 'POST', path: '/command/:task_id/resume', summary: 'As HakuRiver: let a task run on', response: Message, ...task },
  hakuriverNodes: { method: 'GET', path: '/nodes', summary: 'As HakuRiver: nodes', response: Type.Array(HakuriverNode), access: 'user' },
  compatHealth: {
    method: 'GET',
    path: '/health',
    summary: 'As scns-conductor and HakuRiver: whether it works, and how busy the nodes are for who shows a token',
    query: Type.Object({ hostname: Type.Optional(Identifier) }),
    response: CompatHealth,
    access: 'open',
  },
  dockerList: {
    method: 'GET',
    path: '/docker/list',
    summary: 'As HakuRiver: container tarballs',
    response: Type.Record(Type.String(), Type.Unknown()),
    access: 'user',
  },
  hakuriverRegister: { method: 'POST', path: '/register', ...ofRunners },
  hakuriverHeartbeat: {
    method: 'PUT',
    path: '/heartbeat/:hostname',
    params: Type.Object({ hostname: Type.String({ maxLength: 255 }) }),
    ...ofRunners,
  },
  hakuriverUpdate: { method: 'POST', path: '/update', ...ofRunners },
} as const satisfies Record<string, Route>;
