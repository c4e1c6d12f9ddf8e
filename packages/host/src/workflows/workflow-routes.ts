import type { WORKFLOW_ROUTES } from '@weir/contract';
import type { Handlers } from '../http/route-table.ts';
import { readEventPage } from '../http/system-handlers.ts';
import { readRequestKey } from '../idempotency/request-key.ts';
import type { Services } from '../services.ts';
import { parseObject } from '../store/parse-json.ts';
import { toMetrics, toProgress, toStep, toSummary, toWorkflow } from './workflow-view.ts';

/** The report page may show itself and nothing else: no script, no foreign content. */
const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The workflow operations: the FuxiCTR workflow's, and ours. */
export function workflowHandlers(services: Services): Pick<Handlers, keyof typeof WORKFLOW_ROUTES> {
  const { workflows } = services;
  return {
    workflowCreate: (call) => workflows.submit(call.identity, call.body, readRequestKey('workflowCreate', call)),
    workflowList: async ({ identity, query }) => {
      const found = await workflows.list(identity, { user: query.user, state: query.status, limit: query.limit ?? 100 });
      return found.map(toWorkflow);
    },
    workflowShow: async ({ identity, params }) => toWorkflow(await workflows.find(identity, params.task_id)),
    workflowSteps: async ({ identity, params }) => (await workflows.find(identity, params.task_id)).stages.map(toStep),
    workflowProgress: async ({ identity, params }) => toProgress(await workflows.find(identity, params.task_id)),
    workflowMetrics: async ({ identity, params }) => {
      const { stages } = await workflows.find(identity, params.task_id);
      return { task_id: params.task_id, metrics: stages.filter((stage) => stage.state === 'completed').map(toMetrics) };
    },
    workflowSummary: async ({ identity, params, query, signal }) => {
      const stored = await workflows.waitForEnd(identity, params.task_id, { ms: query.wait_ms ?? 0, signal });
      return toSummary(stored, services.address.url);
    },
    workflowEvents: async ({ identity, params, query, signal }) => {
      await workflows.find(identity, params.task_id);
      return readEventPage(services, { identity, query: { ...query, workflow_id: params.task_id }, signal });
    },
    workflowReport: async ({ identity, params, reply }) => {
      const { html } = await workflows.report(identity, params.task_id);
      void reply.header('content-security-policy', REPORT_POLICY);
      return html;
    },
    workflowReportShow: async ({ identity, params }) => parseObject((await workflows.report(identity, params.task_id)).json),
    workflowRetry: async ({ identity, params, query }) => {
      await workflows.retry(identity, params.task_id, query.step);
      return { message: `Task ${params.task_id} retry initiated` };
    },
    workflowCancel: async ({ identity, params }) => {
      await workflows.cancel(identity, params.task_id);
      return { message: `Task ${params.task_id} cancellation requested` };
    },
    workflowDelete: async ({ identity, params }) => {
      await workflows.delete(identity, params.task_id);
      return { message: 'Task deleted successfully' };
    },
    workflowServers: async () => {
      const nodes = await services.nodes.list();
      return { servers: nodes.map((node) => ({ name: node.name, host: node.hostname, port: 22, username: '' })) };
    },
    workflowConfig: async () => {
      const nodes = await services.nodes.list();
      return {
        servers: Object.fromEntries(nodes.map((node) => [node.name, { host: node.hostname, port: 22 }])),
        storage: {},
        fuxictr_paths: { datasets_root: 'datasets', model_root: 'datasets' },
        transfer: {},
        workflow: { warehouses: services.warehouses.list().map(({ name }) => name) },
      };
    },
  };
}
