import type { JOB_ROUTES } from '@weir/contract';
import type { Handlers } from '../http/route-table.ts';
import { readRequestKey } from '../idempotency/request-key.ts';
import type { Services } from '../services.ts';

/** The job operations. */
export function jobHandlers({ jobs, submits, logs }: Services): Pick<Handlers, keyof typeof JOB_ROUTES> {
  return {
    jobCreate: (call) => submits.submit(call.identity, call.body, readRequestKey('jobCreate', call)),
    batchCreate: (call) => submits.submitBatch(call.identity, call.body, readRequestKey('batchCreate', call)),
    jobDryRun: ({ identity, body }) => submits.dryRun(identity, body),
    jobList: ({ identity, query }) => jobs.list(identity, query),
    jobShow: ({ identity, params, query, signal }) => jobs.show(identity, params.job_id, { ms: query.wait_ms ?? 0, signal }),
    jobWhy: ({ identity, params }) => jobs.why(identity, params.job_id),
    jobUpdate: ({ identity, params, body }) => jobs.update(identity, params.job_id, body),
    jobCancel: ({ identity, params }) => jobs.cancel(identity, params.job_id),
    jobPause: ({ identity, params }) => jobs.pause(identity, params.job_id),
    jobResume: ({ identity, params }) => jobs.resume(identity, params.job_id),
    jobLogs: (call) => logs.read(call),
  };
}
