import type { FLEET_ROUTES } from '@weir/contract';
import type { Handlers } from '../http/route-table.ts';
import type { Services } from '../services.ts';

type Parts = Pick<Services, 'nodes' | 'nodeAdmin' | 'accounts' | 'reservations'>;

const DAY_MINUTES = 1_440;

/** Nodes, accounts, reservations. */
export function fleetHandlers(parts: Parts): Pick<Handlers, keyof typeof FLEET_ROUTES> {
  return { ...nodeHandlers(parts), ...accountHandlers(parts), ...reservationHandlers(parts) };
}

function nodeHandlers({ nodes, nodeAdmin }: Parts) {
  return {
    nodeList: async () => ({ nodes: await nodes.list() }),
    nodeShow: ({ params }) => nodes.show(params.name),
    nodeUsage: ({ params, query }) => nodes.showUsage(params.name, query.minutes ?? DAY_MINUTES),
    nodeJoin: ({ body, reply }) => nodeAdmin.join(body, reply.request.ip),
    nodeDrain: ({ identity, params, body }) => nodeAdmin.drain(identity.user, params.name, body.reason),
    nodeResume: ({ identity, params }) => nodeAdmin.resume(identity.user, params.name),
    nodeLabel: ({ identity, params, body }) => nodeAdmin.label(identity.user, params.name, body),
    nodeRemove: async ({ identity, params, query }) => {
      await nodeAdmin.remove(identity.user, params.name, query.force === 'true');
      return { name: params.name };
    },
  } satisfies Partial<Handlers>;
}

function accountHandlers({ accounts }: Parts) {
  return {
    accountList: async ({ identity }) => ({ accounts: await accounts.list(identity) }),
    accountShow: ({ identity, params }) => accounts.show(identity, params.name),
    accountCreate: ({ identity, body }) => accounts.create(identity.user, body),
    accountUpdate: ({ identity, params, body }) => accounts.update(identity.user, params.name, body),
    accountRemove: async ({ identity, params }) => {
      await accounts.remove(identity.user, params.name);
      return { name: params.name };
    },
  } satisfies Partial<Handlers>;
}

function reservationHandlers({ reservations }: Parts) {
  return {
    reservationList: async () => ({ reservations: await reservations.list() }),
    reservationCreate: ({ identity, body }) => reservations.create(identity.user, body),
    reservationRemove: async ({ identity, params }) => {
      await reservations.remove(identity.user, params.name);
      return { name: params.name };
    },
  } satisfies Partial<Handlers>;
}
