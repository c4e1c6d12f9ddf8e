import type { JobRequest } from '../../jobs/job-request.ts';
import { parseStored } from '../../store/parse-json.ts';
import type { JobRow } from '../../store/schema.ts';
import type { Demand, Placing, QueuedJob } from '../core/model.ts';

/** What the scheduler reads of a job's row. */
export type QueueRow = Pick<
  JobRow,
  | 'id'
  | 'kind'
  | 'state'
  | 'attempt'
  | 'user'
  | 'account'
  | 'class'
  | 'priority'
  | 'submitted_at'
  | 'started_at'
  | 'begin_at'
  | 'time_limit_ms'
  | 'cpus'
  | 'memory_bytes'
  | 'gpus'
  | 'executor'
  | 'request'
  | 'array'
  | 'array_id'
  | 'stop_by'
>;

/** What a job needs and where it may run; jobs that ask for the same have the same object. */
export interface JobShape {
  readonly demand: Demand;
  readonly placing: Placing;
}

/** Shapes kept for jobs to come; those that are in use stay alive with their jobs. */
const MAX_SHAPES = 20_000;

/** Makes the scheduler's view of jobs; a hundred thousand jobs that ask for the same cost one shape. */
export class JobShapes {
  readonly #known = new Map<string, JobShape>();

  of(row: QueueRow): JobShape {
    const key = `${row.cpus}/${row.memory_bytes ?? 0}/${row.gpus}/${executorOf(row)}/${row.request}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_SHAPES) this.#known.clear();
    const shape = makeShape(row);
    this.#known.set(key, shape);
    return shape;
  }

  /** `tasks` is how many tasks of an array may start; 1 for a plain job. */
  toQueuedJob(row: QueueRow, tasks = 1): QueuedJob {
    const { demand, placing } = this.of(row);
    return {
      id: row.id,
      user: row.user,
      account: row.account,
      class: row.class,
      priority: row.priority,
      eligibleAt: row.begin_at === null ? row.submitted_at : Math.max(row.submitted_at, row.begin_at),
      timeLimitMs: row.time_limit_ms,
      demand,
      placing,
      tasks,
    };
  }
}

function makeShape(row: QueueRow): JobShape {
  const request = parseStored<JobRequest>(row.request);
  const { target } = request;
  return {
    demand: {
      cpus: row.cpus,
      memoryBytes: row.memory_bytes ?? 0,
      gpus: row.gpus,
      gpuType: request.gpu_type?.toLowerCase() ?? null,
      gpuMemoryBytes: request.gpu_memory_bytes ?? 0,
      exclusive: request.exclusive ?? false,
    },
    placing: {
      nodes: request.nodes ?? 1,
      partition: request.partition ?? null,
      labels: request.labels ?? {},
      target: target === undefined ? null : { node: target.node, numa: target.numa ?? null, gpuIds: target.gpu_ids ?? null },
      strategy: request.strategy ?? null,
      executor: executorOf(row),
    },
  };
}

/** Stages need the engine besides, which not every node has. */
function executorOf({ kind, executor }: QueueRow): string {
  return kind === 'stage' ? 'stages' : executor;
}
