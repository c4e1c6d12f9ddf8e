/** What a caller of the host needs, without the schemas' code: fast to load. Shapes come as types only. */
export * from './errors.ts';
export * from './grammar/duration.ts';
export * from './grammar/memory.ts';
export * from './grammar/target.ts';
export * from './jobs/job-states.ts';
export * from './workflows/workflow-states.ts';
export * from './http/log-headers.ts';
export * from './http/client.ts';
export type * from './events/events.ts';
export type * from './jobs/job-request.ts';
export type * from './jobs/job-schemas.ts';
export type * from './nodes/node-schemas.ts';
export type * from './identity/identity-schemas.ts';
export type * from './accounts/account-schemas.ts';
export type * from './workflows/workflow-schemas.ts';
export type * from './http/routes.ts';
