import type { Job, Program } from '@weir/contract';
import type { RequestKey } from '../idempotency/request-key.ts';
import type { Identity } from '../identity/identity-service.ts';
import type { JobService } from '../jobs/job-service.ts';
import { makeJobRow } from '../jobs/new-job.ts';
import type { WarehouseRegistry } from './warehouse-registry.ts';

const DEFAULT_MAX_ROWS = 1_000;

export interface QueryRequest {
  readonly warehouse: string;
  readonly sql: string;
  readonly format?: 'table' | 'csv' | 'json';
  readonly max_rows?: number;
}

/** Queries of warehouses. Each is a job that reserves nothing, so that it never waits behind a training. */
export class WarehouseService {
  readonly #registry: WarehouseRegistry;
  readonly #jobs: JobService;

  constructor(registry: WarehouseRegistry, jobs: JobService) {
    this.#registry = registry;
    this.#jobs = jobs;
  }

  list(): { name: string; kind: string }[] {
    return this.#registry.list();
  }

  /** Queues the query, once for a request with a key; its standard output is the result. Throws `warehouse_unknown`. */
  async query(identity: Identity, request: QueryRequest, key?: RequestKey): Promise<Job> {
    const spec = {
      warehouse: this.#registry.require(request.warehouse),
      sql: request.sql,
      format: request.format ?? 'table',
      maxRows: request.max_rows ?? DEFAULT_MAX_ROWS,
    };
    const program: Program = { kind: 'stage', program: 'warehouse_query', spec };
    const row = makeJobRow({ kind: 'stage', name: `query ${request.warehouse}`, user: identity.user, program, cpus: 0 });
    return this.#jobs.queue(identity, row, key);
  }
}
