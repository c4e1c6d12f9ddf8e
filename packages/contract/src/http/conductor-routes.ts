import { Type, type Static } from 'typebox';
import { IdNumber, NullableTimestamp, Timestamp } from '../ids.ts';
import { Environment } from '../jobs/job-request.ts';
import type { Route } from './route.ts';
import { JobParams } from './schemas.ts';

const PLAIN = '^[^\\u0000-\\u001f]*$';
const PARTITION = '^[A-Za-z0-9_.-]*$';
const Count = Type.Optional(Type.Integer({ minimum: 1, maximum: 65_536 }));
const Path = Type.Optional(Type.String({ minLength: 1, maxLength: 1024, pattern: '^[^\\u0000]*$' }));

/** Minutes as a number or as text, or clock text; 0 and empty text = no limit. */
const Limit = Type.Optional(Type.Union([Type.String({ maxLength: 40 }), Type.Integer({ minimum: 0, maximum: 5_256_000 })]));
const FIELDS = {
  account: Type.Optional(Type.String({ minLength: 1, maxLength: 255, pattern: PLAIN })),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 255, pattern: PLAIN })),
  partition: Type.Optional(Type.String({ minLength: 1, maxLength: 63, pattern: PARTITION })),
  environment: Type.Optional(Environment),
  current_working_directory: Path,
  standard_output: Path,
  standard_error: Path,
  ntasks_per_node: Count,
  cpus_per_task: Count,
  /** As `cpus_per_task`, in the flat form. */
  cpus: Count,
  memory_per_node: Type.Optional(Type.String({ maxLength: 20, pattern: '^\\d+[KMGTkmgt]?$' })),
  time_limit: Limit,
  exclusive: Type.Optional(Type.Boolean()),
} as const;

/** What scns-conductor calls a job; its fields stand under `job`, or beside `script` (the flat form). */
export const ConductorJob = Type.Object(FIELDS, { additionalProperties: false });
export type ConductorJob = Static<typeof ConductorJob>;

export const ConductorSubmit = Type.Object(
  {
    ...FIELDS,
    job: Type.Optional(ConductorJob),
    script: Type.String({ minLength: 1, maxLength: 1024 * 1024, pattern: '^\\s*[^\\s\\u0000][^\\u0000]*$' }),
  },
  { additionalProperties: false },
);
export type ConductorSubmit = Static<typeof ConductorSubmit>;

export const CONDUCTOR_STATES = ['PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'] as const;
const State = Type.Enum([...CONDUCTOR_STATES]);

const Submitted = Type.Object({ job_id: Type.String() });

/** A job in the words of scns-conductor; `reason` is ours: what it waits for, or why it ended so. */
export const ConductorQuery = Type.Object({
  job_id: Type.String(),
  state: State,
  error_msg: Type.Union([Type.String(), Type.Null()]),
  reason: Type.Union([Type.String(), Type.Null()]),
  time: Type.Object({
    submit_time: Timestamp,
    start_time: NullableTimestamp,
    end_time: NullableTimestamp,
    eligible_time: Timestamp,
    elapsed_time: Type.String({ description: 'D-HH:MM:SS' }),
    limit_time: Type.String({ description: 'H:MM:SS, D-HH:MM:SS or UNLIMITED' }),
  }),
  job_log: Type.Object({ stderr: Type.String(), stdout: Type.String() }),
  detail: Type.Object({
    job_name: Type.String(),
    user: Type.String(),
    partition: Type.String(),
    allocated_cpus: Type.Integer(),
    allocated_nodes: Type.Integer(),
    node_list: Type.String(),
    exit_code: Type.String({ description: 'code:signal, ":" while there is none' }),
    work_dir: Type.String(),
    data_source: Type.String(),
    account: Type.String(),
  }),
});
export type ConductorQuery = Static<typeof ConductorQuery>;

const Usage = Type.Object({
  total_cpus: Type.Integer(),
  allocated_cpus: Type.Integer(),
  available_cpus: Type.Integer(),
  utilization_rate: Type.Number({ description: 'percent, two decimals' }),
});
const ListedJob = Type.Object({
  job_id: IdNumber,
  name: Type.String(),
  account: Type.String(),
  state: State,
  allocated_cpus: Type.Integer(),
  submit_time: Timestamp,
  start_time: NullableTimestamp,
});
const Counts = Type.Object({
  total: Type.Integer(),
  running: Type.Integer(),
  pending: Type.Integer(),
  completed: Type.Integer(),
  failed: Type.Integer(),
  cancelled: Type.Integer(),
});

/** Counts of the asker's jobs (of all for an admin) and what the nodes that are online have; `resources` repeats `resource_stats`. */
export const ConductorDashboard = Type.Object({
  job_stats: Counts,
  resource_stats: Usage,
  resources: Usage,
  node_info: Type.Array(
    Type.Object({
      node_name: Type.String(),
      partition: Type.String(),
      total_cpus: Type.Integer(),
      allocated_cpus: Type.Integer(),
      available_cpus: Type.Integer(),
      available: Type.Boolean(),
      utilization_rate: Type.Number(),
    }),
  ),
  running_jobs: Type.Array(ListedJob),
  pending_jobs: Type.Array(ListedJob),
});
export type ConductorDashboard = Static<typeof ConductorDashboard>;

const submit = {
  summary: 'As scns-conductor: queue a script',
  body: ConductorSubmit,
  response: Submitted,
  status: 201,
  access: 'user',
} as const;
const query = { summary: 'As scns-conductor: one job with its logs', params: JobParams, response: ConductorQuery, access: 'user' } as const;
const cancel = {
  summary: 'As scns-conductor: end a job; does nothing to one that has ended',
  params: JobParams,
  response: Type.Object({ msg: Type.String() }),
  access: 'user',
} as const;
const dashboard = { summary: 'As scns-conductor: counts, nodes, jobs', response: ConductorDashboard, access: 'user' } as const;

/** The routes of scns-conductor and the other spellings that its documents use. */
export const CONDUCTOR_ROUTES = {
  conductorSubmit: { method: 'POST', path: '/jobs/submit', ...submit },
  conductorSubmitV1: { method: 'POST', path: '/api/v1/jobs', ...submit },
  conductorSubmitV1Verb: { method: 'POST', path: '/api/v1/jobs/submit', ...submit },
  conductorSubmitApi: { method: 'POST', path: '/api/jobs/submit', ...submit },
  conductorQuery: { method: 'GET', path: '/jobs/query/:job_id', ...query },
  conductorQueryV1: { method: 'GET', path: '/api/v1/jobs/:job_id', ...query },
  conductorCancel: { method: 'POST', path: '/jobs/cancel/:job_id', ...cancel },
  conductorCancelV1: { method: 'POST', path: '/api/v1/jobs/:job_id/cancel', ...cancel },
  conductorDashboard: { method: 'GET', path: '/dashboard', ...dashboard },
  conductorDashboardV1: { method: 'GET', path: '/api/v1/dashboard', ...dashboard },
  serviceShow: {
    method: 'GET',
    path: '/',
    summary: 'As scns-conductor: which service answers here',
    response: Type.Object({ service: Type.String(), version: Type.String(), status: Type.String() }),
    access: 'open',
  },
} as const satisfies Record<string, Route>;
