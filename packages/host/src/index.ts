export { readConfig, type HostConfig } from './config.ts';
export { startHost, type RunningHost } from './host.ts';
export { moveStore } from './store/transfer/move-store.ts';
