import { Type } from 'typebox';
import { Account, AccountCreate, AccountUpdate, Reservation, ReservationCreate } from '../accounts/account-schemas.ts';
import { Identifier } from '../ids.ts';
import { NodeJoin, NodeJoined } from '../identity/identity-schemas.ts';
import { Labels } from '../jobs/job-request.ts';
import { Node, NodeUsageHistory } from '../nodes/node-schemas.ts';
import type { Route } from './route.ts';
import { NodeParams } from './schemas.ts';

const Named = Type.Object({ name: Identifier });

/** Nodes, accounts, reservations. */
export const FLEET_ROUTES = {
  nodeList: {
    method: 'GET',
    path: '/api/nodes',
    summary: 'Nodes with their free resources',
    response: Type.Object({ nodes: Type.Array(Node) }),
    access: 'user',
  },
  nodeShow: { method: 'GET', path: '/api/nodes/:name', summary: 'One node', params: NodeParams, response: Node, access: 'user' },
  nodeJoin: {
    method: 'POST',
    path: '/api/nodes/join',
    summary: 'Trade a join token for the token of a node',
    body: NodeJoin,
    response: NodeJoined,
    status: 201,
    access: 'open',
  },
  nodeDrain: {
    method: 'POST',
    path: '/api/nodes/:name/drain',
    summary: 'Start nothing more on a node; its jobs go on',
    params: NodeParams,
    body: Type.Object(
      { reason: Type.Optional(Type.String({ maxLength: 1000, pattern: '^[^\\u0000]*$' })) },
      { additionalProperties: false },
    ),
    response: Node,
    access: 'admin',
  },
  nodeResume: {
    method: 'POST',
    path: '/api/nodes/:name/resume',
    summary: 'Let a drained node take jobs again',
    params: NodeParams,
    response: Node,
    access: 'admin',
  },
  nodeLabel: {
    method: 'PATCH',
    path: '/api/nodes/:name/labels',
    summary: 'Set labels of a node, and take labels away',
    params: NodeParams,
    body: Type.Object(
      { set: Type.Optional(Labels), remove: Type.Optional(Type.Array(Type.String({ maxLength: 63 }), { maxItems: 64 })) },
      { additionalProperties: false },
    ),
    response: Node,
    access: 'admin',
  },
  nodeRemove: {
    method: 'DELETE',
    path: '/api/nodes/:name',
    summary: 'Forget a node and its token; refused while it has jobs unless forced (they are lost then)',
    params: NodeParams,
    query: Type.Object({ force: Type.Optional(Type.Enum(['true', 'false'])) }),
    response: Type.Object({ name: Identifier }),
    access: 'admin',
  },
  nodeUsage: {
    method: 'GET',
    path: '/api/nodes/:name/usage',
    summary: 'What a node was doing, by the minute; a week is kept',
    params: NodeParams,
    query: Type.Object({ minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_080 })) }),
    response: NodeUsageHistory,
    access: 'user',
  },
  accountList: {
    method: 'GET',
    path: '/api/accounts',
    summary: 'Accounts with shares, usage and limits; of the asker, or all for an admin',
    response: Type.Object({ accounts: Type.Array(Account) }),
    access: 'user',
  },
  accountShow: { method: 'GET', path: '/api/accounts/:name', summary: 'One account', params: Named, response: Account, access: 'user' },
  accountCreate: {
    method: 'POST',
    path: '/api/accounts',
    summary: 'Add an account',
    body: AccountCreate,
    response: Account,
    status: 201,
    access: 'admin',
  },
  accountUpdate: {
    method: 'PATCH',
    path: '/api/accounts/:name',
    summary: 'Change shares, members or limits of an account',
    params: Named,
    body: AccountUpdate,
    response: Account,
    access: 'admin',
  },
  accountRemove: {
    method: 'DELETE',
    path: '/api/accounts/:name',
    summary: 'Remove an account that no waiting or running job is charged to',
    params: Named,
    response: Type.Object({ name: Identifier }),
    access: 'admin',
  },
  reservationList: {
    method: 'GET',
    path: '/api/reservations',
    summary: 'Reservations that are not over',
    response: Type.Object({ reservations: Type.Array(Reservation) }),
    access: 'user',
  },
  reservationCreate: {
    method: 'POST',
    path: '/api/reservations',
    summary: 'Keep nodes for users or accounts, or for maintenance, during a time',
    body: ReservationCreate,
    response: Reservation,
    status: 201,
    access: 'admin',
  },
  reservationRemove: {
    method: 'DELETE',
    path: '/api/reservations/:name',
    summary: 'End a reservation',
    params: Named,
    response: Type.Object({ name: Identifier }),
    access: 'admin',
  },
} as const satisfies Record<string, Route>;
