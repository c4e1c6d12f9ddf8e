import type { CONDUCTOR_ROUTES, HAKURIVER_ROUTES } from '@weir/contract';
import type { Handlers } from '../http/route-table.ts';
import type { Services } from '../services.ts';
import { conductorHandlers } from './conductor/conductor-handlers.ts';
import { hakuriverHandlers } from './hakuriver/hakuriver-handlers.ts';

/** The routes of the systems that Weir replaces, in their words, over our own services. */
export function compatHandlers(services: Services): Pick<Handlers, keyof typeof CONDUCTOR_ROUTES | keyof typeof HAKURIVER_ROUTES> {
  return { ...conductorHandlers(services), ...hakuriverHandlers(services) };
}
