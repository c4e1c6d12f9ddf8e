import { CONDUCTOR_ROUTES } from './conductor-routes.ts';
import { FLEET_ROUTES } from './fleet-routes.ts';
import { HAKURIVER_ROUTES } from './hakuriver-routes.ts';
import { IDENTITY_ROUTES } from './identity-routes.ts';
import { JOB_ROUTES } from './job-routes.ts';
import { SYSTEM_ROUTES } from './system-routes.ts';
import { WORKFLOW_ROUTES } from './workflow-routes.ts';

export * from './log-headers.ts';
export * from './conductor-routes.ts';
export * from './hakuriver-routes.ts';
export { FLEET_ROUTES, IDENTITY_ROUTES, JOB_ROUTES, SYSTEM_ROUTES, WORKFLOW_ROUTES };
export * from './route.ts';
export * from './schemas.ts';

/** Every HTTP operation of the host by its operationId: the host, the OpenAPI document and the client are made from it. */
export const ROUTES = {
  ...JOB_ROUTES,
  ...FLEET_ROUTES,
  ...IDENTITY_ROUTES,
  ...SYSTEM_ROUTES,
  ...WORKFLOW_ROUTES,
  ...CONDUCTOR_ROUTES,
  ...HAKURIVER_ROUTES,
} as const;

export type Routes = typeof ROUTES;
export type OperationId = keyof Routes;

/** WebSocket paths. Runners speak frames on `runner`; `workflowLogs` sends the FuxiCTR log messages and takes `?after=seq`. */
export const SOCKET_PATHS = {
  runner: '/api/runner',
  workflowLogs: '/api/workflow/tasks/:task_id/logs',
} as const;
