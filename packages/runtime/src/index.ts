export * from './files.ts';
export * from './log.ts';
export * from './loop.ts';
export * from './process-identity.ts';
export * from './shutdown.ts';
