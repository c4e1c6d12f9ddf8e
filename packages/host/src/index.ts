export { readConfig, type HostConfig } from './config.ts';
export { startHost, type RunningHost } from './host.ts';
