import { AppError, type CONDUCTOR_ROUTES, type ConductorQuery, type LogStream, type Routes } from '@weir/contract';
import { VERSION } from '../../health-service.ts';
import type { Call, Handlers } from '../../http/route-table.ts';
import type { Services } from '../../services.ts';
import { readDashboard } from './dashboard.ts';
import { inTheirFields } from './field-names.ts';
import { readInlinedLog } from './inlined-log.ts';
import { toConductorJob } from './job-words.ts';
import { toJobCreate } from './submit-body.ts';

/** What every spelling of a route has in common. */
type QueryCall = Pick<Call<Routes['conductorQuery']>, 'identity' | 'params' | 'signal' | 'reply'>;

/** The operations of scns-conductor. */
export function conductorHandlers(services: Services): Pick<Handlers, keyof typeof CONDUCTOR_ROUTES> {
  const { jobs, submits } = services;
  const submit = async ({ identity, body }: Pick<Call<Routes['conductorSubmit']>, 'identity' | 'body'>) => {
    const create = toJobCreate(body);
    const job = await inTheirFields(body, () => submits.submit(identity, create));
    return { job_id: String(job.job_id) };
  };
  const query = (call: QueryCall) => inTheirWords(call.params.job_id, () => readJob(services, call));
  const cancel = ({ identity, params }: Pick<QueryCall, 'identity' | 'params'>) =>
    inTheirWords(params.job_id, async () => {
      await jobs.cancel(identity, params.job_id);
      return { msg: '取消成功' };
    });
  const dashboard = ({ identity }: Pick<QueryCall, 'identity'>) => readDashboard(services, identity);
  return {
    conductorSubmit: submit,
    conductorSubmitV1: submit,
    conductorSubmitV1Verb: submit,
    conductorSubmitApi: submit,
    conductorQuery: query,
    conductorQueryV1: query,
    conductorCancel: cancel,
    conductorCancelV1: cancel,
    conductorDashboard: dashboard,
    conductorDashboardV1: dashboard,
    serviceShow: async () => Promise.resolve({ service: 'Weir', version: VERSION, status: 'running' }),
  };
}

async function readJob({ jobs, logs }: Services, call: QueryCall): Promise<ConductorQuery> {
  const { identity, signal, reply } = call;
  const job = await jobs.show(identity, call.params.job_id, { ms: 0, signal });
  const from = { identity, signal, reply, jobId: job.job_id };
  const read = (stream: LogStream) => (job.started_at === null ? '' : readInlinedLog(logs, from, stream));
  const stdout = await read('stdout');
  const stderr = await read('stderr');
  return toConductorJob(job, { log: { stdout, stderr }, now: Date.now() });
}

/** Their clients look for this text when a job is not there. */
async function inTheirWords<T>(jobId: number, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof AppError && error.code === 'job_not_found')
      throw new AppError('job_not_found', `作业 ${jobId} 未找到`, { field: 'job_id', value: jobId, cause: error });
    throw error;
  }
}
