import type { FleetState } from '../fleet-state.ts';
import type { FleetNode, Wait } from '../model.ts';
import type { Visitor } from '../pass/bookings.ts';
import { mayFit, proveTooLarge } from '../pass/fit-proofs.ts';
import { findLimit } from '../pass/limit-check.ts';
import { chooseNodes } from '../pass/node-choice.ts';
import { findObstacle } from '../rules/windows.ts';
import type { Shape } from '../shapes.ts';
import { describeAway, describeLimit, describeNeeds, NAMED_NODES } from './sentences.ts';

/** What keeps a job from starting whatever is free: `tasks` of it might start as far as its array goes. */
export function findStandstill(state: FleetState, visitor: Visitor, tasks: number): Wait | undefined {
  const { shape } = visitor;
  const refusal = state.prospects.refusalOf(shape);
  if (refusal !== null) return { kind: 'never_fits', reason: refusal };
  if (state.prospects.countAble(shape) < shape.placing.nodes) return { kind: 'no_nodes', reason: describeAbsence(state, shape) };
  if (tasks <= 0) return { kind: 'array_limit', reason: 'as many tasks of its array run as may run at once' };
  const limit = findLimit(visitor);
  return limit && { kind: 'limit', reason: describeLimit(limit) };
}

/** What the free parts of the nodes lack, the jobs ahead aside; undefined when there is room. */
export function findLack(state: FleetState, { shape, owner }: Visitor, now: number): Wait | undefined {
  const { table } = state;
  if (!mayFit(table, shape)) return describeLack(state, shape);
  const stay = { user: owner.user, account: owner.account, from: now, until: now + shape.durationMs };
  let obstacle: string | undefined;
  const { rooms, hasRoom } = chooseNodes(table, {
    shape,
    strategy: 'binpack',
    lastNode: null,
    admits: ({ windows }) => {
      const found = windows.length === 0 ? undefined : findObstacle(windows, stay);
      obstacle ??= found?.name;
      return found === undefined;
    },
  });
  if (rooms !== undefined) return undefined;
  if (hasRoom) return { kind: 'reservation', reason: `it would run into the reservation ${obstacle ?? ''}` };
  proveTooLarge(table, shape);
  return describeLack(state, shape);
}

function describeAbsence({ prospects, table }: FleetState, shape: Shape): string {
  const { target, nodes } = shape.placing;
  const away = describeAway(listAway(prospects, shape));
  if (target !== null && table.size > 0) return `node ${away}`;
  if (table.rooms.every(({ node }) => node.away.some((absence) => absence !== 'drained'))) return 'no node is online';
  if (nodes === 1) return `no node that could hold it is ready: ${away}`;
  return `it needs ${nodes} nodes, and ${prospects.countAble(shape)} of those that could hold it are ready: ${away}`;
}

function describeLack({ prospects }: FleetState, shape: Shape): Wait {
  const { target, nodes } = shape.placing;
  const needs = describeNeeds(shape);
  const away = listAway(prospects, shape);
  const ready = away.length === 0 ? '' : 'ready ';
  const more = away.length === 0 ? '' : `; ${describeAway(away)}`;
  if (target !== null) return { kind: 'resources', reason: `node ${target.node} does not have ${needs} free` };
  if (nodes > 1) return { kind: 'resources', reason: `fewer than ${nodes} ${ready}nodes that it may use have ${needs} free${more}` };
  return { kind: 'resources', reason: `no ${ready}node that it may use has ${needs} free${more}` };
}

/** One more than are named: that there are others is told, not how many. */
function listAway(prospects: FleetState['prospects'], shape: Shape): FleetNode[] {
  return prospects.listAway(shape, NAMED_NODES + 1).map(({ node }) => node);
}
