import type { Event } from '@weir/contract';
import type { Logger, Loop } from '@weir/runtime';
import type { HostConfig } from './config.ts';
import { makeCluster, type Cluster } from './cluster/cluster.ts';
import { EventHub } from './events/event-hub.ts';
import { HealthService } from './health-service.ts';
import { AccountService } from './accounts/account-service.ts';
import { IdentityService } from './identity/identity-service.ts';
import { TokenService } from './identity/token-service.ts';
import { UserService } from './identity/user-service.ts';
import { AttemptService } from './jobs/attempt-service.ts';
import { JobService } from './jobs/job-service.ts';
import { makeRetentionLoop } from './jobs/retention/retention-loop.ts';
import { PolicyCache } from './jobs/submit/policy-cache.ts';
import { SubmitService } from './jobs/submit/submit-service.ts';
import { LogService } from './jobs/log-service.ts';
import { Meters } from './metrics/meters.ts';
import { MetricsService } from './metrics/metrics-service.ts';
import { makeLivenessLoop } from './nodes/liveness-loop.ts';
import { NodeAdminService } from './nodes/node-admin-service.ts';
import { NodeService } from './nodes/node-service.ts';
import { UsageHistory } from './nodes/usage-history.ts';
import { makeUsageLoop } from './nodes/usage-loop.ts';
import { ReservationService } from './reservations/reservation-service.ts';
import { Mirror } from './scheduler/mirror/mirror.ts';
import { makePlacementLoop } from './scheduler/placement-loop.ts';
import { QueueReader } from './scheduler/queue-reader.ts';
import { FrameService } from './sessions/frame-service.ts';
import { OrderDispatch } from './sessions/order-dispatch.ts';
import type { SessionBook } from './sessions/session-book.ts';
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
  readonly submits: SubmitService;
  readonly logs: LogService;
  readonly workflows: WorkflowService;
  readonly warehouses: WarehouseService;
  readonly health: HealthService;
  readonly sessions: SessionRegistry;
  readonly sessionBook: SessionBook;
  readonly cluster: Cluster;
  /** Called when a runner stopped in order. */
  readonly onLeave: (node: string) => void;
  readonly frames: FrameService;
  readonly loops: readonly Loop[];
  /** Set once the host listens. */
  readonly address: { url: string };
  readonly log: Logger;
}

/** Opens the store and wires the parts; starts nothing. */
export async function makeServices(config: HostConfig, log: Logger): Promise<Services> {
  const store = await Store.open(config.storeUrl);
  const base = await makeBase(config, store, log);
  const { hub, sessions, meters, usage, nodes, cluster, identity, registry, homeNode } = base;
  const { leadership, sessionBook } = cluster;
  const work = await makeWork(config, base, log);
  const { jobs, submits, attempts, placement, engine, policy } = work;
  const loops = [
    ...cluster.loops,
    placement,
    engine,
    makeLivenessLoop({ config, store, leadership, attempts, log }),
    makeUsageLoop({ usage, identity, log }),
    makeRetentionLoop({ store, sessions, leadership, retention: config.retention, log }),
  ];
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
    submits,
    logs: new LogService({ store, jobs, hub, sessions, hostId: config.hostId }),
    workflows: new WorkflowService({ store, hub, policy, warehouses: registry, places: config, homeNode, wake: () => engine.wake() }),
    warehouses: new WarehouseService(registry, jobs),
    health: new HealthService({ store, nodes, placement, engine, loops, cluster, hostId: config.hostId }),
    sessions,
    sessionBook,
    cluster,
    onLeave: cluster.onNodeLeave,
    frames: work.frames,
    loops,
    address: { url: '' },
    log,
  };
}

type Base = Awaited<ReturnType<typeof makeBase>>;

/** What is known and who is connected; decides nothing. What it keeps hears of commits before those who decide. */
async function makeBase(config: HostConfig, store: Store, log: Logger) {
  const sessions = new SessionRegistry();
  const identity = new IdentityService(store);
  const usage = new UsageHistory(store);
  const nodes = new NodeService({ store, sessions, usage, config });
  const registry = new WarehouseRegistry([LOCAL_WAREHOUSE]);
  const cluster = await makeCluster({ config, store, sessions, log });
  const homeNode = store.kind === 'sqlite' ? config.localNode : undefined;
  return { store, hub: new EventHub(), sessions, meters: new Meters(), identity, usage, nodes, registry, cluster, homeNode };
}

/** What becomes of jobs and workflows, from submit to the runners' reports. */
async function makeWork(config: HostConfig, base: Base, log: Logger) {
  const { store, hub, sessions, nodes, cluster, meters, registry, homeNode } = base;
  const { leadership } = cluster;
  const mirror = await Mirror.open({ store, policy: config.policy, log });
  const placement = makePlacementLoop({ store, mirror, leadership, log, onPass: (pass) => meters.countPass(pass) });
  const engine = makeWorkflowEngine({ store, nodes, warehouses: registry, leadership, homeNode, log });
  leadership.onChange(() => engine.wake());
  const attempts = new AttemptService(store, config.policy);
  const queue = new QueueReader(mirror);
  const policy = new PolicyCache(store);
  const orders = new OrderDispatch({ store, sessions, addressOf: (node) => mirror.copy.addressOf(node), log });
  const stageEvents = new StageEventService(store);
  const { hostId, heartbeatMs, lostAfterMs } = config;
  const frames = new FrameService({ store, sessions, nodes, attempts, stageEvents, orders, hostId, heartbeatMs, lostAfterMs });
  tellOfCommits(base, engine);
  const jobs = new JobService({ store, hub, queue, policy });
  return { placement, engine, attempts, frames, jobs, policy, submits: new SubmitService({ store, policy, queue }) };
}

/** After the copies and the orders, everybody else hears of what was committed. */
function tellOfCommits({ store, hub, meters, sessions }: Base, engine: Loop): void {
  store.onEvents((committed) => {
    const events = committed.map(({ event }) => event);
    hub.publish(events);
    meters.countEvents(events);
    for (const event of events) endSession(sessions, event);
    if (events.some(concernsEngine)) engine.wake();
  });
  store.onMeasured((measure) => meters.countCommit(measure));
}

/**
 * The runner of a node that was removed ends what it has. One whose token alone was taken back may come again with another token, until
 * its node is lost.
 */
function endSession(sessions: SessionRegistry, { type, node }: Event): void {
  if (node === null) return;
  if (type === 'node.removed') sessions.expel(node);
  else if (type === 'policy.changed') sessions.shutOut(node, 'its token is not good any more');
}

/** A stage's job began or ended, a node is there that stages can be sized for, or one with files of workflows is gone. */
function concernsEngine(event: Event): boolean {
  if (event.type === 'node.online' || event.type === 'node.removed') return true;
  return event.workflow_id !== null && (event.type === 'job.started' || event.type === 'job.ended');
}
