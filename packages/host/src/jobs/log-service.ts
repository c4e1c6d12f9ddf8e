import { AppError, jobHasEnded, LOG_HEADERS, type Routes } from '@weir/contract';
import { findNodeOfRank } from '../allocations/allocation-store.ts';
import { findHost } from '../cluster/host-store.ts';
import { findSessionHost } from '../cluster/session-store.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { Call } from '../http/route-table.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import type { JobRow } from '../store/schema.ts';
import { parseStored } from '../store/parse-json.ts';
import type { Store } from '../store/store.ts';
import type { JobRequest } from './job-request.ts';
import type { JobService } from './job-service.ts';
import { readRemoteLog, wasForwarded } from './remote-log.ts';

const DEFAULT_LIMIT_BYTES = 256 * 1024;

export interface LogServiceParts {
  readonly store: Store;
  readonly jobs: JobService;
  readonly hub: EventHub;
  readonly sessions: SessionRegistry;
  readonly hostId: string;
}

/** Logs, read from the node that has them. The reader pulls: memory stays flat whatever a job writes. */
export class LogService {
  readonly #parts: LogServiceParts;

  constructor(parts: LogServiceParts) {
    this.#parts = parts;
  }

  /** One piece of the log of one rank; with wait_ms, waits for the job to start and for a first byte. */
  async read(call: Call<Routes['jobLogs']>): Promise<Uint8Array> {
    const { query, params } = call;
    const waitMs = query.wait_ms ?? 0;
    const from = Date.now();
    const job = await this.#waitForAttempt(call, waitMs);
    const attempt = query.attempt ?? job.attempt;
    if (attempt > job.attempt)
      throw new AppError('invalid_input', `job ${params.job_id} has had ${job.attempt} attempts`, { field: 'attempt', value: attempt });
    const part = { jobId: job.id, attempt, rank: query.rank ?? 0 };
    const node = attempt === 0 ? undefined : await findNodeOfRank(this.#parts.store.read, part);
    if (node === undefined) return sendPiece(call, { offset: 0, ended: jobHasEnded(job), data: new Uint8Array() });
    const elsewhere = await this.#findOtherHost(call, node);
    if (elsewhere !== undefined) return sendPiece(call, await readRemoteLog(call, elsewhere, attempt));
    const chunk = await this.#parts.sessions.require(node).readLog({
      jobId: job.id,
      attempt,
      stream: query.stream ?? 'stdout',
      offset: query.offset ?? 0,
      tailLines: query.tail ?? null,
      limit: query.limit ?? DEFAULT_LIMIT_BYTES,
      waitMs: Math.max(0, waitMs - (Date.now() - from)),
    });
    const over = attempt < job.attempt || jobHasEnded(job) || chunk.ended;
    return sendPiece(call, { offset: chunk.offset, data: chunk.data, ended: over && chunk.offset + chunk.data.byteLength >= chunk.size });
  }

  /** URL of the host that the node is connected to; undefined when it is this one, or none. */
  async #findOtherHost(call: Call<Routes['jobLogs']>, node: string): Promise<string | undefined> {
    const { sessions, store, hostId } = this.#parts;
    if (sessions.find(node) !== undefined || wasForwarded(call)) return undefined;
    const host = await findSessionHost(store.read, node);
    return host === null || host === undefined || host === hostId ? undefined : (await findHost(store.read, host))?.url;
  }

  async #waitForAttempt(call: Call<Routes['jobLogs']>, waitMs: number): Promise<JobRow> {
    const id = call.params.job_id;
    const look = async () => {
      const job = await this.#parts.jobs.find(call.identity, id);
      checkRank(job, call.query.rank ?? 0);
      return job;
    };
    await this.#parts.hub.lookUntil({
      look: async () => ((job) => (job.attempt > 0 || jobHasEnded(job) ? job : undefined))(await look()),
      concerns: (event) => event.job_id === id,
      waitMs,
      signal: call.signal,
    });
    return look();
  }
}

function checkRank(job: JobRow, rank: number): void {
  const { nodes = 1 } = parseStored<JobRequest>(job.request);
  if (rank < nodes) return;
  const ranks = nodes === 1 ? 'runs on one node: it has only rank 0' : `has ${nodes} ranks, 0 to ${nodes - 1}`;
  throw new AppError('invalid_input', `job ${job.id} ${ranks}, not ${rank}`, { field: 'rank', value: rank });
}

function sendPiece(call: Call<Routes['jobLogs']>, piece: { offset: number; ended: boolean; data: Uint8Array }): Uint8Array {
  void call.reply
    .header(LOG_HEADERS.offset, piece.offset)
    .header(LOG_HEADERS.next, piece.offset + piece.data.byteLength)
    .header(LOG_HEADERS.ended, String(piece.ended));
  return piece.data;
}
