import { Type } from 'typebox';
import { IdNumber } from '../ids.ts';
import { BatchCreate, JobCreate } from '../jobs/job-request.ts';
import { Batch, Job, JobList, JobStateSchema, JobUpdate, JobWhy, LogStream } from '../jobs/job-schemas.ts';
import type { Route } from './route.ts';
import { JobParams, RepeatableHeaders } from './schemas.ts';

/** Text that a store can look for: no NUL. */
const Wanted = (maxLength: number) => Type.Optional(Type.String({ maxLength, pattern: '^[^\\u0000]*$' }));
const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 }));

/** Jobs. `jobLogs` answers bytes with the headers `weir-log-offset`, `weir-log-next`, `weir-log-ended`. */
export const JOB_ROUTES = {
  jobCreate: {
    method: 'POST',
    path: '/api/jobs',
    summary: 'Queue a command or a script; answered after commit',
    headers: RepeatableHeaders,
    body: JobCreate,
    response: Job,
    status: 201,
    access: 'user',
  },
  jobList: {
    method: 'GET',
    path: '/api/jobs',
    summary: 'Jobs, newest first',
    query: Type.Object({
      state: Type.Optional(JobStateSchema),
      user: Wanted(100),
      name: Wanted(255),
      workflow_id: Type.Optional(IdNumber),
      account: Wanted(255),
      node: Wanted(100),
      batch_id: Type.Optional(IdNumber),
      array_id: Type.Optional(IdNumber),
      limit: Limit,
      before: Type.Optional(IdNumber),
    }),
    response: JobList,
    access: 'user',
  },
  jobShow: {
    method: 'GET',
    path: '/api/jobs/:job_id',
    summary: 'One job; with wait_ms, answered when it has ended or the time is over',
    params: JobParams,
    query: Type.Object({ wait_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })) }),
    response: Job,
    access: 'user',
  },
  jobCancel: {
    method: 'POST',
    path: '/api/jobs/:job_id/cancel',
    summary: 'End a job; does nothing to one that has ended',
    params: JobParams,
    response: Job,
    access: 'user',
  },
  jobPause: {
    method: 'POST',
    path: '/api/jobs/:job_id/pause',
    summary: 'Freeze a running job; it keeps its allocation',
    params: JobParams,
    response: Job,
    access: 'user',
  },
  jobResume: {
    method: 'POST',
    path: '/api/jobs/:job_id/resume',
    summary: 'Let a paused job run on',
    params: JobParams,
    response: Job,
    access: 'user',
  },
  jobDryRun: {
    method: 'POST',
    path: '/api/jobs/dry-run',
    summary: 'What would become of this job if it were queued now; queues nothing',
    body: JobCreate,
    response: JobWhy,
    access: 'user',
  },
  jobWhy: {
    method: 'GET',
    path: '/api/jobs/:job_id/why',
    summary: 'Why a job waits, the smallest change that starts it now, when it is expected to start',
    params: JobParams,
    response: JobWhy,
    access: 'user',
  },
  jobUpdate: {
    method: 'PATCH',
    path: '/api/jobs/:job_id',
    summary: 'Change a waiting job: priority, time limit, earliest begin, comment',
    params: JobParams,
    body: JobUpdate,
    response: Job,
    access: 'user',
  },
  batchCreate: {
    method: 'POST',
    path: '/api/batches',
    summary: 'Queue one job per target or per command; those that can be queued are, the others are told',
    headers: RepeatableHeaders,
    body: BatchCreate,
    response: Batch,
    status: 201,
    access: 'user',
  },
  jobLogs: {
    method: 'GET',
    path: '/api/jobs/:job_id/logs',
    summary: 'A piece of a log, from a byte or from the last N lines, of one rank of a job on several nodes; waits for more when asked to',
    params: JobParams,
    query: Type.Object({
      stream: Type.Optional(LogStream),
      attempt: Type.Optional(Type.Integer({ minimum: 1 })),
      rank: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
      offset: Type.Optional(Type.Integer({ minimum: 0 })),
      tail: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 4 * 1024 * 1024 })),
      wait_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
    }),
    response: 'bytes',
    access: 'user',
  },
} as const satisfies Record<string, Route>;
