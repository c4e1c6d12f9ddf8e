import { AppError, jobHasEnded, type HAKURIVER_ROUTES, type Routes } from '@weir/contract';
import { readBearer } from '../../http/authentication.ts';
import type { Call, Handlers } from '../../http/route-table.ts';
import type { Services } from '../../services.ts';
import { parseStored } from '../../store/parse-json.ts';
import { readNodeHealth } from './node-health.ts';
import { toHakuriverNode } from './node-words.ts';
import { streamLog } from './task-log.ts';
import { submitTask } from './task-submit.ts';
import { toTask } from './task-words.ts';

const TASKS_PER_PAGE = 1000;
const NOTHING = { nodes: [], aggregate: [] };

/** The operations of HakuRiver's host. */
export function hakuriverHandlers(services: Services): Pick<Handlers, keyof typeof HAKURIVER_ROUTES> {
  const { jobs, nodes } = services;
  return {
    taskSubmit: (call) => submitTask(services, call),
    taskStatus: async ({ identity, params, signal }) => {
      const job = await jobs.show(identity, params.task_id, { ms: 0, signal });
      const { env } = await jobs.find(identity, params.task_id);
      return { ...toTask(job), env_vars: parseStored<Record<string, string>>(env) };
    },
    taskList: async ({ identity, query }) => {
      const page = query.before === undefined ? {} : { before: query.before };
      const found = await jobs.list(identity, { limit: query.limit ?? TASKS_PER_PAGE, ...page });
      return found.jobs.filter((job) => job.kind !== 'vps').map(toTask);
    },
    vpsList: () => Promise.resolve([]),
    vpsStatus: () => Promise.resolve([]),
    taskStdout: (call) => streamLog(services, call, 'stdout'),
    taskStderr: (call) => streamLog(services, call, 'stderr'),
    taskKill: async ({ identity, params }) => {
      const id = params.task_id;
      const job = await jobs.find(identity, id);
      if (jobHasEnded(job))
        throw new AppError('already_ended', `task ${id} has ended: it is ${job.state}`, { field: 'task_id', value: id });
      await jobs.cancel(identity, id);
      return { message: `Kill requested for task ${id}` };
    },
    taskPause: async ({ identity, params }) => {
      const job = await jobs.pause(identity, params.task_id);
      return { message: `Task ${params.task_id} is ${job.state}` };
    },
    taskResume: async ({ identity, params }) => {
      const job = await jobs.resume(identity, params.task_id);
      return { message: `Task ${params.task_id} is ${job.state}` };
    },
    hakuriverNodes: async () => (await nodes.list()).map(toHakuriverNode),
    compatHealth: (call) => readHealth(services, call),
    dockerList: () => Promise.resolve({}),
    hakuriverRegister: refuseRunner,
    hakuriverHeartbeat: refuseRunner,
    hakuriverUpdate: refuseRunner,
  };
}

/** Anybody may ask whether it works; who shows a token is told of the nodes. */
async function readHealth({ health, nodes, identity }: Services, { reply, query }: Call<Routes['compatHealth']>) {
  const bearer = readBearer(reply.request);
  if (bearer !== undefined) await identity.authenticateUser(bearer, reply.request.ip);
  const { status } = await health.check();
  if (status === 'unhealthy') void reply.status(503);
  const told = bearer === undefined || status === 'unhealthy' ? NOTHING : await readNodeHealth(nodes, query.hostname);
  return { status, service: 'weir', ...told };
}

function refuseRunner(): Promise<never> {
  return Promise.reject(
    new AppError('gone', 'runners of HakuRiver do not speak to Weir: run "weir node join" and "weir runner" on this machine'),
  );
}
