import { AppError, type OperationId } from '@weir/contract';
import type { Services } from '../services.ts';
import type { Handlers } from './route-table.ts';

const refuse = () => Promise.reject(new AppError('internal', 'not served yet'));

/** Operations that are being built. */
export function pendingHandlers(services: Services) {
  return {
    nodeList: async () => ({ nodes: await services.nodes.list() }),
    nodeShow: ({ params }) => services.nodes.show(params.name),
    nodeJoin: refuse,
    nodeDrain: refuse,
    nodeResume: refuse,
    nodeLabel: refuse,
    nodeRemove: refuse,
    nodeUsage: refuse,
    accountList: refuse,
    accountShow: refuse,
    accountCreate: refuse,
    accountUpdate: refuse,
    accountRemove: refuse,
    reservationList: refuse,
    reservationCreate: refuse,
    reservationRemove: refuse,
    userList: refuse,
    userCreate: refuse,
    userShow: refuse,
    userUpdate: refuse,
    userRemove: refuse,
    tokenList: refuse,
    tokenCreate: refuse,
    tokenRevoke: refuse,
    auditList: refuse,
    metricsShow: refuse,
  } satisfies Partial<Handlers> & { [Id in OperationId]?: unknown };
}
