import { NODE_STATES, type Node } from '@weir/contract';
import type { Loop } from '@weir/runtime';
import type { NodeService } from '../nodes/node-service.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import type { Queries } from '../store/store.ts';
import { formatMetrics, type Metric, type Sample } from './core/text-format.ts';
import type { Meters } from './meters.ts';
import { countActiveJobs } from './metrics-store.ts';

export interface MetricsParts {
  readonly store: { readonly read: Queries; health(): string };
  readonly nodes: NodeService;
  readonly sessions: SessionRegistry;
  readonly meters: Meters;
  readonly loops: readonly Loop[];
}

/** What Prometheus reads: the fleet as it is now, and what this process counted. */
export class MetricsService {
  readonly #parts: MetricsParts;

  constructor(parts: MetricsParts) {
    this.#parts = parts;
  }

  /** In the text format 0.0.4. */
  async show(): Promise<string> {
    const { store, nodes, meters } = this.#parts;
    const jobs = await countActiveJobs(store.read);
    const fleet = await nodes.list();
    return formatMetrics([...describeJobs(jobs), ...describeNodes(fleet), ...meters.read(), ...this.#describeHost(fleet)]);
  }

  #describeHost(fleet: readonly Node[]): Metric[] {
    const { store, sessions, loops } = this.#parts;
    const memory = process.memoryUsage();
    const connected = fleet.filter((node) => sessions.find(node.name) !== undefined).length;
    const health = loops.map((loop) => ({ labels: { loop: loop.name }, value: loop.health() === 'ok' ? 1 : 0 }));
    return [
      gauge('weir_sessions', 'Runners that are connected to this host', [{ value: connected }]),
      gauge('weir_loop_healthy', 'Whether the last run of a loop of this host succeeded', health),
      gauge('weir_store_healthy', 'Whether the last commit succeeded', [{ value: store.health() === 'ok' ? 1 : 0 }]),
      gauge('process_resident_memory_bytes', 'Resident memory size in bytes', [{ value: memory.rss }]),
      gauge('nodejs_heap_size_used_bytes', 'Used heap of this process in bytes', [{ value: memory.heapUsed }]),
      gauge('process_start_time_seconds', 'Start of this process since the Unix epoch', [{ value: performance.timeOrigin / 1000 }]),
    ];
  }
}

function describeJobs(counts: ReadonlyMap<string, number>): Metric[] {
  const byState = [...counts].map(([state, value]) => ({ labels: { state }, value }));
  return [
    gauge('weir_jobs', 'Jobs that have not ended, by state', byState),
    gauge('weir_queue_length', 'Jobs that wait, for whatever reason', [{ value: counts.get('pending') ?? 0 }]),
  ];
}

function describeNodes(nodes: readonly Node[]): Metric[] {
  const byNode = (measure: (node: Node) => number) => nodes.map((node) => ({ labels: { node: node.name }, value: measure(node) }));
  const states = NODE_STATES.map((state) => ({ labels: { state }, value: nodes.filter((node) => node.state === state).length }));
  return [
    gauge('weir_nodes', 'Nodes by state', states),
    gauge('weir_nodes_drained', 'Nodes that take no new jobs', [{ value: nodes.filter((node) => node.drained).length }]),
    gauge(
      'weir_node_cpus',
      'CPUs of a node',
      byNode((node) => node.cpus),
    ),
    gauge(
      'weir_node_cpus_allocated',
      'CPUs of a node that jobs hold',
      byNode((node) => node.cpus_allocated),
    ),
    gauge(
      'weir_node_memory_bytes',
      'Memory of a node',
      byNode((node) => node.memory_bytes),
    ),
    gauge(
      'weir_node_memory_bytes_allocated',
      'Memory of a node that jobs hold',
      byNode((node) => node.memory_bytes_allocated),
    ),
    gauge(
      'weir_node_gpus',
      'GPUs of a node',
      byNode((node) => node.gpus.length),
    ),
    gauge(
      'weir_node_gpus_allocated',
      'GPUs of a node that jobs hold',
      byNode((node) => node.gpus.filter((gpu) => gpu.allocated).length),
    ),
    gauge(
      'weir_node_jobs',
      'Jobs on a node',
      byNode((node) => node.jobs),
    ),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, type: 'gauge', samples };
}
