import type { JOB_ROUTES } from '@weir/contract';
import type { Handlers } from '../http/route-table.ts';
import type { Services } from '../services.ts';

/** The job operations. */
export function jobHandlers({
  jobs,
  logs,
}: Services): Pick<Handlers, Exclude<keyof typeof JOB_ROUTES, 'jobDryRun' | 'jobWhy' | 'jobUpdate' | 'batchCreate'>> {
  return {
    jobCreate: ({ identity, body }) => jobs.submit(identity, body),
    jobList: ({ identity, query }) => jobs.list(identity, query),
    jobShow: ({ identity, params, query, signal }) => jobs.show(identity, params.job_id, { ms: query.wait_ms ?? 0, signal }),
    jobCancel: ({ identity, params }) => jobs.cancel(identity, params.job_id),
    jobPause: ({ identity, params }) => jobs.pause(identity, params.job_id),
    jobResume: ({ identity, params }) => jobs.resume(identity, params.job_id),
    jobLogs: (call) => logs.read(call),
  };
}
