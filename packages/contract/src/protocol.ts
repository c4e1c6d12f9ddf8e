/** What a runner needs, without the schemas' code: fast to load, little memory. Shapes come as types only. */
export * from './errors.ts';
export * from './runner/limits.ts';
export * from './runner/log-frame.ts';
export * from './runner/node-challenge.ts';
export type * from './jobs/job-request.ts';
export type * from './jobs/outcome.ts';
export type * from './nodes/node-schemas.ts';
export type * from './runner/host-frames.ts';
export type * from './runner/runner-frames.ts';
