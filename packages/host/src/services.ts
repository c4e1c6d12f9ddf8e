import { join } from 'node:path';
import type { Event } from '@weir/contract';
import type { Logger, Loop } from '@weir/runtime';
import type { HostConfig } from './config.ts';
import { EventHub } from './events/event-hub.ts';
import { HealthService } from './health-service.ts';
import { AccountService } from './accounts/account-service.ts';
import { IdentityService } from './identity/identity-service.ts';
import { TokenService } from './identity/token-service.ts';
import { UserService } from './identity/user-service.ts';
import { AttemptService } from './jobs/attempt-service.ts';
import { JobService } from './jobs/job-service.ts';
import { LogService } from './jobs/log-service.ts';
import { Meters } from './metrics/meters.ts';
import { MetricsService } from './metrics/metrics-service.ts';
import { makeLivenessLoop } from './nodes/liveness-loop.ts';
import { NodeAdminService } from './nodes/node-admin-service.ts';
import { NodeService } from './nodes/node-service.ts';
import { UsageHistory } from './nodes/usage-history.ts';
import { makeUsageLoop } from './nodes/usage-loop.ts';
import { ReservationService } from './reservations/reservation-service.ts';
import { makePlacementLoop } from './scheduler/placement-loop.ts';
import { FrameService } from './sessions/frame-service.ts';
import { SessionRegistry } from './sessions/session-registry.ts';
import { Store } from './store/store.ts';
import { LOCAL_WAREHOUSE, WarehouseRegistry } from './warehouses/warehouse-registry.ts';
import { WarehouseService } from './warehouses/warehouse-service.ts';
import { StageEventService } from './workflows/stage-event-service.ts';
import { makeWorkflowEngine } from './workflows/workflow-engine.ts';
import { WorkflowService } from './workflows/workflow-service.ts';

/** The parts of a host, wired. */
export interface Services {
  readonly store: Store;
  readonly hub: EventHub;
  readonly identity: IdentityService;
  readonly tokens: TokenService;
  readonly users: UserService;
  readonly accounts: AccountService;
  readonly reservations: ReservationService;
  readonly nodes: NodeService;
  readonly nodeAdmin: NodeAdminService;
  readonly metrics: MetricsService;
  readonly jobs: JobService;
  readonly logs: LogService;
  readonly workflows: WorkflowService;
  readonly warehouses: WarehouseService;
  readonly health: HealthService;
  readonly sessions: SessionRegistry;
  readonly frames: FrameService;
  readonly loops: readonly Loop[];
  /** Set once the host listens. */
  readonly address: { url: string };
  readonly log: Logger;
}

/** Opens the store and wires the parts; starts nothing. */
export async function makeServices(config: HostConfig, log: Logger): Promise<Services> {
  const store = await Store.open(join(config.home, 'weir.db'));
  const hub = new EventHub();
  const sessions = new SessionRegistry();
  const meters = new Meters();
  const identity = new IdentityService(store);
  const usage = new UsageHistory(store);
  const nodes = new NodeService({ store, sessions, usage, config });
  const registry = new WarehouseRegistry([LOCAL_WAREHOUSE]);
  const placement = makePlacementLoop({ store, nodes, sessions, log });
  const engine = makeWorkflowEngine({ store, nodes, warehouses: registry, onJobQueued: () => placement.wake(), log });
  const attempts = new AttemptService(store, () => placement.wake());
  const jobs = new JobService({ store, hub, nodes, sessions, placement });
  const onReady = () => {
    placement.wake();
    engine.wake();
  };
  const frames = new FrameService({
    store,
    sessions,
    nodes,
    attempts,
    stageEvents: new StageEventService(store),
    heartbeatMs: config.heartbeatMs,
    onReady,
  });
  store.onEvents((committed) => {
    const events = committed.map(({ event }) => event);
    hub.publish(events);
    meters.countEvents(events);
    for (const event of events) if (endsSession(event)) sessions.drop(event.node, 'its token is not good any more');
    if (events.some(concernsEngine)) engine.wake();
  });
  store.onMeasured((measure) => meters.countCommit(measure));
  const loops = [placement, engine, makeLivenessLoop({ config, store, sessions, attempts, log }), makeUsageLoop({ usage, identity, log })];
  return {
    store,
    hub,
    identity,
    tokens: new TokenService(store),
    users: new UserService(store, jobs),
    accounts: new AccountService(store, config.policy.usageHalfLifeMs),
    reservations: new ReservationService(store),
    nodes,
    nodeAdmin: new NodeAdminService({ store, nodes, attempts }),
    metrics: new MetricsService({ store, nodes, sessions, meters, loops }),
    jobs,
    logs: new LogService({ store, jobs, hub, sessions }),
    workflows: new WorkflowService({ store, hub, jobs, warehouses: registry, places: config, wake: () => engine.wake() }),
    warehouses: new WarehouseService(registry, jobs),
    health: new HealthService({ store, nodes, placement, engine }),
    sessions,
    frames,
    loops,
    address: { url: '' },
    log,
  };
}

/** A node's token was taken back, or the node removed: its runner has no business here any more. */
function endsSession(event: Event): event is Event & { readonly node: string } {
  return event.node !== null && (event.type === 'node.removed' || event.type === 'policy.changed');
}

/** A stage's job began or ended. */
function concernsEngine(event: Event): boolean {
  return event.workflow_id !== null && (event.type === 'job.started' || event.type === 'job.ended');
}
