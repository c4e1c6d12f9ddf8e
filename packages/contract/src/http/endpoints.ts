import type { Route } from './route.ts';
import type { OperationId, Routes } from './routes.ts';

/** Where an operation lives and what form its answer has. */
export interface Endpoint {
  readonly method: Route['method'];
  readonly path: string;
  readonly answer: 'json' | 'bytes' | 'html';
}

interface EndpointOf<R extends Route> extends Endpoint {
  readonly method: R['method'];
  readonly path: R['path'];
  readonly answer: R['response'] extends 'bytes' | 'html' ? R['response'] : 'json';
}

/**
 * The routes without their schemas, for callers that start often and validate nothing: loading the schemas takes a few hundred files.
 * Checked by the compiler against `ROUTES`: an operation that differs or is missing does not build.
 */
export const ENDPOINTS: { readonly [Id in OperationId]: EndpointOf<Routes[Id]> } = {
  jobCreate: { method: 'POST', path: '/api/jobs', answer: 'json' },
  jobList: { method: 'GET', path: '/api/jobs', answer: 'json' },
  jobShow: { method: 'GET', path: '/api/jobs/:job_id', answer: 'json' },
  jobCancel: { method: 'POST', path: '/api/jobs/:job_id/cancel', answer: 'json' },
  jobPause: { method: 'POST', path: '/api/jobs/:job_id/pause', answer: 'json' },
  jobResume: { method: 'POST', path: '/api/jobs/:job_id/resume', answer: 'json' },
  jobLogs: { method: 'GET', path: '/api/jobs/:job_id/logs', answer: 'bytes' },
  healthShow: { method: 'GET', path: '/api/health', answer: 'json' },
  meShow: { method: 'GET', path: '/api/me', answer: 'json' },
  ticketCreate: { method: 'POST', path: '/api/tickets', answer: 'json' },
  nodeList: { method: 'GET', path: '/api/nodes', answer: 'json' },
  nodeShow: { method: 'GET', path: '/api/nodes/:name', answer: 'json' },
  eventList: { method: 'GET', path: '/api/events', answer: 'json' },
  warehouseList: { method: 'GET', path: '/api/warehouses', answer: 'json' },
  warehouseQuery: { method: 'POST', path: '/api/warehouses/:name/query', answer: 'json' },
  workflowCreate: { method: 'POST', path: '/api/workflow/tasks', answer: 'json' },
  workflowList: { method: 'GET', path: '/api/workflow/tasks', answer: 'json' },
  workflowShow: { method: 'GET', path: '/api/workflow/tasks/:task_id', answer: 'json' },
  workflowSteps: { method: 'GET', path: '/api/workflow/tasks/:task_id/steps', answer: 'json' },
  workflowProgress: { method: 'GET', path: '/api/workflow/tasks/:task_id/progress', answer: 'json' },
  workflowMetrics: { method: 'GET', path: '/api/workflow/tasks/:task_id/metrics', answer: 'json' },
  workflowSummary: { method: 'GET', path: '/api/workflow/tasks/:task_id/summary', answer: 'json' },
  workflowEvents: { method: 'GET', path: '/api/workflow/tasks/:task_id/events', answer: 'json' },
  workflowReport: { method: 'GET', path: '/workflows/:task_id', answer: 'html' },
  workflowReportShow: { method: 'GET', path: '/api/workflow/tasks/:task_id/report', answer: 'json' },
  workflowRetry: { method: 'POST', path: '/api/workflow/tasks/:task_id/retry', answer: 'json' },
  workflowCancel: { method: 'POST', path: '/api/workflow/tasks/:task_id/cancel', answer: 'json' },
  workflowDelete: { method: 'DELETE', path: '/api/workflow/tasks/:task_id', answer: 'json' },
  workflowServers: { method: 'GET', path: '/api/workflow/servers', answer: 'json' },
  workflowConfig: { method: 'GET', path: '/api/workflow/config', answer: 'json' },
};
