import type { Route } from './route.ts';
import type { OperationId, Routes } from './routes.ts';

/** Where an operation lives and what form its answer has. */
export interface Endpoint {
  readonly method: Route['method'];
  readonly path: string;
  readonly answer: 'json' | 'bytes' | 'html' | 'text';
}

interface EndpointOf<R extends Route> extends Endpoint {
  readonly method: R['method'];
  readonly path: R['path'];
  readonly answer: R['response'] extends 'bytes' | 'html' | 'text' ? R['response'] : 'json';
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
  jobDryRun: { method: 'POST', path: '/api/jobs/dry-run', answer: 'json' },
  jobWhy: { method: 'GET', path: '/api/jobs/:job_id/why', answer: 'json' },
  jobUpdate: { method: 'PATCH', path: '/api/jobs/:job_id', answer: 'json' },
  batchCreate: { method: 'POST', path: '/api/batches', answer: 'json' },
  jobLogs: { method: 'GET', path: '/api/jobs/:job_id/logs', answer: 'bytes' },
  healthShow: { method: 'GET', path: '/api/health', answer: 'json' },
  meShow: { method: 'GET', path: '/api/me', answer: 'json' },
  ticketCreate: { method: 'POST', path: '/api/tickets', answer: 'json' },
  nodeList: { method: 'GET', path: '/api/nodes', answer: 'json' },
  nodeShow: { method: 'GET', path: '/api/nodes/:name', answer: 'json' },
  nodeJoin: { method: 'POST', path: '/api/nodes/join', answer: 'json' },
  nodeDrain: { method: 'POST', path: '/api/nodes/:name/drain', answer: 'json' },
  nodeResume: { method: 'POST', path: '/api/nodes/:name/resume', answer: 'json' },
  nodeLabel: { method: 'PATCH', path: '/api/nodes/:name/labels', answer: 'json' },
  nodeRemove: { method: 'DELETE', path: '/api/nodes/:name', answer: 'json' },
  nodeUsage: { method: 'GET', path: '/api/nodes/:name/usage', answer: 'json' },
  userList: { method: 'GET', path: '/api/users', answer: 'json' },
  userCreate: { method: 'POST', path: '/api/users', answer: 'json' },
  userShow: { method: 'GET', path: '/api/users/:name', answer: 'json' },
  userUpdate: { method: 'PATCH', path: '/api/users/:name', answer: 'json' },
  userRemove: { method: 'DELETE', path: '/api/users/:name', answer: 'json' },
  tokenList: { method: 'GET', path: '/api/tokens', answer: 'json' },
  tokenCreate: { method: 'POST', path: '/api/tokens', answer: 'json' },
  tokenRevoke: { method: 'DELETE', path: '/api/tokens/:id', answer: 'json' },
  accountList: { method: 'GET', path: '/api/accounts', answer: 'json' },
  accountCreate: { method: 'POST', path: '/api/accounts', answer: 'json' },
  accountShow: { method: 'GET', path: '/api/accounts/:name', answer: 'json' },
  accountUpdate: { method: 'PATCH', path: '/api/accounts/:name', answer: 'json' },
  accountRemove: { method: 'DELETE', path: '/api/accounts/:name', answer: 'json' },
  reservationList: { method: 'GET', path: '/api/reservations', answer: 'json' },
  reservationCreate: { method: 'POST', path: '/api/reservations', answer: 'json' },
  reservationRemove: { method: 'DELETE', path: '/api/reservations/:name', answer: 'json' },
  auditList: { method: 'GET', path: '/api/audit', answer: 'json' },
  metricsShow: { method: 'GET', path: '/metrics', answer: 'text' },
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
  conductorSubmit: { method: 'POST', path: '/jobs/submit', answer: 'json' },
  conductorSubmitV1: { method: 'POST', path: '/api/v1/jobs', answer: 'json' },
  conductorSubmitV1Verb: { method: 'POST', path: '/api/v1/jobs/submit', answer: 'json' },
  conductorSubmitApi: { method: 'POST', path: '/api/jobs/submit', answer: 'json' },
  conductorQuery: { method: 'GET', path: '/jobs/query/:job_id', answer: 'json' },
  conductorQueryV1: { method: 'GET', path: '/api/v1/jobs/:job_id', answer: 'json' },
  conductorCancel: { method: 'POST', path: '/jobs/cancel/:job_id', answer: 'json' },
  conductorCancelV1: { method: 'POST', path: '/api/v1/jobs/:job_id/cancel', answer: 'json' },
  conductorDashboard: { method: 'GET', path: '/dashboard', answer: 'json' },
  conductorDashboardV1: { method: 'GET', path: '/api/v1/dashboard', answer: 'json' },
  serviceShow: { method: 'GET', path: '/', answer: 'json' },
  taskSubmit: { method: 'POST', path: '/submit', answer: 'json' },
  taskStatus: { method: 'GET', path: '/status/:task_id', answer: 'json' },
  taskList: { method: 'GET', path: '/tasks', answer: 'json' },
  vpsList: { method: 'GET', path: '/vps', answer: 'json' },
  vpsStatus: { method: 'GET', path: '/vps/status', answer: 'json' },
  taskStdout: { method: 'GET', path: '/task/:task_id/stdout', answer: 'text' },
  taskStderr: { method: 'GET', path: '/task/:task_id/stderr', answer: 'text' },
  taskKill: { method: 'POST', path: '/kill/:task_id', answer: 'json' },
  taskPause: { method: 'POST', path: '/command/:task_id/pause', answer: 'json' },
  taskResume: { method: 'POST', path: '/command/:task_id/resume', answer: 'json' },
  hakuriverNodes: { method: 'GET', path: '/nodes', answer: 'json' },
  compatHealth: { method: 'GET', path: '/health', answer: 'json' },
  dockerList: { method: 'GET', path: '/docker/list', answer: 'json' },
  hakuriverRegister: { method: 'POST', path: '/register', answer: 'json' },
  hakuriverHeartbeat: { method: 'PUT', path: '/heartbeat/:hostname', answer: 'json' },
  hakuriverUpdate: { method: 'POST', path: '/update', answer: 'json' },
};
