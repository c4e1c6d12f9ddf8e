import { compatHandlers } from '../compat/compat-routes.ts';
import { identityHandlers } from '../identity/identity-routes.ts';
import { jobHandlers } from '../jobs/job-routes.ts';
import { fleetHandlers } from '../nodes/fleet-routes.ts';
import type { Services } from '../services.ts';
import { systemHandlers } from './system-handlers.ts';
import { workflowHandlers } from '../workflows/workflow-routes.ts';
import type { Handlers } from './route-table.ts';

/** Every operation of the contract, served. */
export function makeHandlers(services: Services): Handlers {
  return {
    ...jobHandlers(services),
    ...systemHandlers(services),
    ...identityHandlers(services),
    ...fleetHandlers(services),
    ...workflowHandlers(services),
    ...compatHandlers(services),
  };
}
