import { compatHandlers } from '../compat/compat-routes.ts';
import { jobHandlers } from '../jobs/job-routes.ts';
import type { Services } from '../services.ts';
import { systemHandlers } from './system-handlers.ts';
import { workflowHandlers } from '../workflows/workflow-routes.ts';
import { pendingHandlers } from './pending-handlers.ts';
import type { Handlers } from './route-table.ts';

/** Every operation of the contract, served. */
export function makeHandlers(services: Services): Handlers {
  return {
    ...pendingHandlers(services),
    ...jobHandlers(services),
    ...systemHandlers(services),
    ...workflowHandlers(services),
    ...compatHandlers(services),
  };
}
