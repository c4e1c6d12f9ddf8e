export { createFleet } from './fleet.ts';
export type { Fleet, FleetNode, Holding, Plan, Policy, QueuedJob } from './model.ts';
