import {
  AppError,
  BatchCreate,
  formatIndices,
  jobHasEnded,
  JobUpdate,
  LOG_HEADERS,
  parseArraySpec,
  type Batch,
  type Event,
  type Job,
  type JobArray,
  type JobWhy,
} from '@weir/contract';
import { Value } from 'typebox/value';
import type { Answer, Call } from './router.ts';
import type { Changes } from './changes.ts';

const SUBMITTED_AT = '2026-01-31T10:00:00.000Z';

type Stream = 'stdout' | 'stderr';

/** Jobs of the fake host: what they are and what they wrote. */
export class FakeJobs {
  readonly #changes: Changes;
  readonly #jobs = new Map<number, Job>();
  readonly #logs = new Map<string, Buffer>();
  /** What is answered about jobs that wait; `null` is the dry run. */
  readonly why = new Map<number | null, Partial<JobWhy>>();
  /** Nodes that the fake host does not know: jobs for them are refused in a batch. */
  readonly unknownNodes = new Set<string>();
  readonly #endedAttempts = new Set<string>();
  readonly #events: Event[] = [];
  /** While true, logs are answered as by a host whose node is away. */
  nodeIsAway = false;
  /** Most bytes of a log that are given at once. */
  pieceBytes = 1024 * 1024;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  add(facts: Partial<Job> = {}): Job {
    const job: Job = {
      job_id: this.#jobs.size + 1,
      name: 'hostname',
      user: 'ada',
      kind: 'command',
      state: 'pending',
      reason: null,
      attempt: 0,
      node: null,
      cpus: 1,
      memory_bytes: null,
      gpus: 0,
      gpu_ids: [],
      priority: 0,
      time_limit_ms: null,
      command: ['hostname'],
      workdir: null,
      comment: null,
      requeue: false,
      submitted_at: SUBMITTED_AT,
      started_at: null,
      ended_at: null,
      exit_code: null,
      exit_signal: null,
      workflow_id: null,
      stage: null,
      account: 'default',
      class: 'normal',
      partition: null,
      labels: {},
      target: null,
      executor: 'process',
      exclusive: false,
      gpu_type: null,
      gpu_memory_bytes: null,
      nodes: 1,
      ntasks_per_node: null,
      cpus_per_task: null,
      members: [],
      failed_rank: null,
      batch_id: this.#jobs.size + 1,
      array: null,
      array_id: null,
      array_index: null,
      depends: [],
      begin_at: null,
      stdout: null,
      stderr: null,
      preemptions: 0,
      ...facts,
    };
    this.#jobs.set(job.job_id, job);
    this.#tell('job.submitted', job);
    return job;
  }

  /** Starts the next attempt on a node. */
  start(id: number): void {
    const job = this.get(id);
    this.#set(id, { state: 'running', attempt: job.attempt + 1, node: 'node-1', started_at: '2026-01-31T10:00:02.000Z' }, 'job.started');
  }

  /** Of a rank other than 0: `stderr.1`. */
  append(id: number, text: string, file: Stream | `${Stream}.${number}` = 'stdout'): void {
    const key = this.#key(id, file.includes('.') ? file : `${file}.0`);
    this.#logs.set(key, Buffer.concat([this.#logs.get(key) ?? Buffer.alloc(0), Buffer.from(text)]));
    this.#changes.tell();
  }

  end(id: number, facts: Partial<Job> = { state: 'completed', exit_code: 0 }): void {
    this.#endAttempt(id);
    this.#set(id, { ended_at: '2026-01-31T10:00:05.500Z', ...facts }, 'job.ended');
  }

  /** The attempt is lost and the job goes back to the queue. */
  requeue(id: number): void {
    this.#endAttempt(id);
    this.#set(id, { state: 'pending', node: null, started_at: null }, 'job.requeued');
  }

  get(id: number): Job {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new AppError('job_not_found', `there is no job ${id}`, { field: 'job_id', value: id });
    return job;
  }

  async handle(call: Call): Promise<Answer | undefined> {
    const id = Number(call.params['job_id']);
    switch (call.id) {
      case 'jobCreate':
        return { json: this.add(describeCreated(call.body)) };
      case 'batchCreate':
        return { json: this.#createBatch(call.body) };
      case 'jobDryRun':
        return { json: this.whyOf(null) };
      case 'jobWhy':
        return { json: this.whyOf(this.get(id).job_id) };
      case 'jobUpdate':
        if (this.get(id).state !== 'pending')
          throw new AppError('state_conflict', `job ${id} is ${this.get(id).state}, only a waiting one can change`);
        this.#set(id, readUpdate(call.body), 'job.updated');
        return { json: this.get(id) };
      case 'jobList':
        return { json: this.#list(call.query) };
      case 'jobShow':
        await this.#changes.until(() => jobHasEnded(this.get(id)), Number(call.query['wait_ms'] ?? 0));
        return { json: this.get(id) };
      case 'jobCancel':
        if (!jobHasEnded(this.get(id))) this.end(id, { state: 'cancelled', reason: 'cancelled by request' });
        return { json: this.get(id) };
      case 'jobPause':
        if (this.get(id).state !== 'running')
          throw new AppError('state_conflict', `job ${id} is ${this.get(id).state}, only a running one can be paused`);
        this.#set(id, { state: 'paused' }, 'job.paused');
        return { json: this.get(id) };
      case 'jobResume':
        this.#set(id, { state: 'running' }, 'job.resumed');
        return { json: this.get(id) };
      case 'jobLogs':
        return this.#readLog(id, call.query);
      case 'eventList':
        return { json: await this.#readEvents(call.query) };
      case 'warehouseQuery':
        return { json: this.add({ name: 'query', kind: 'stage', command: null }) };
      default:
        return undefined;
    }
  }

  whyOf(job_id: number | null): JobWhy {
    const priority = { total: 0, age: 0, fair_share: 0, size: 0, user: 0 };
    const nothing = { jobs_ahead: 0, ahead: [], priority, estimated_start: null, nodes: [], changes: [] };
    return { job_id, kind: 'resources', reason: 'waits for 2 free cores', ...nothing, ...this.why.get(job_id) };
  }

  #createBatch(body: unknown) {
    const { job, targets, commands } = Value.Parse(BatchCreate, body);
    const batch_id = this.#jobs.size + 1;
    const jobs: Job[] = [];
    const refused: Batch['refused'] = [];
    for (const [index, target] of (targets ?? []).entries()) {
      if (this.unknownNodes.has(target.node)) {
        refused.push({ index, target, code: 'node_not_found', reason: `there is no node ${target.node}` });
      } else jobs.push(this.add({ ...describeCreated(job), target, batch_id }));
    }
    for (const command of commands ?? []) jobs.push(this.add({ command, batch_id }));
    return { batch_id, jobs, refused };
  }

  #list(query: Record<string, unknown>) {
    const limit = Number(query['limit'] ?? 100);
    const all = [...this.#jobs.values()].reverse().filter((job) => matches(job, query));
    const rest = all.filter((job) => query['before'] === undefined || job.job_id < Number(query['before']));
    const jobs = rest.slice(0, limit);
    return { jobs, total: all.length, next_before: rest.length > limit ? (jobs.at(-1)?.job_id ?? null) : null };
  }

  async #readLog(id: number, query: Record<string, unknown>): Promise<Answer> {
    if (this.nodeIsAway) throw new AppError('node_unreachable', 'node-1 is not connected');
    const stream = query['stream'] === 'stderr' ? 'stderr' : 'stdout';
    const key = this.#key(id, `${stream}.${Number(query['rank'] ?? 0)}`, Number(query['attempt'] ?? this.get(id).attempt));
    const start = query['tail'] === undefined ? Number(query['offset'] ?? 0) : startOfTail(this.#logs.get(key), Number(query['tail']));
    const size = () => this.#logs.get(key)?.byteLength ?? 0;
    await this.#changes.until(() => size() > start || this.#endedAttempts.has(key), Number(query['wait_ms'] ?? 0));
    const data = (this.#logs.get(key) ?? Buffer.alloc(0)).subarray(start, start + Math.min(this.pieceBytes, Number(query['limit'])));
    const ended = this.#endedAttempts.has(key) && start + data.byteLength === size();
    const headers = {
      [LOG_HEADERS.offset]: String(start),
      [LOG_HEADERS.next]: String(start + data.byteLength),
      [LOG_HEADERS.ended]: String(ended),
    };
    return { bytes: data, headers };
  }

  async #readEvents(query: Record<string, unknown>) {
    const after = Number(query['after'] ?? 0);
    const wanted = () =>
      this.#events.filter((event) => event.seq > after && (query['job_id'] === undefined || event.job_id === Number(query['job_id'])));
    await this.#changes.until(() => wanted().length > 0, Number(query['wait_ms'] ?? 0));
    const events = wanted().slice(0, Number(query['limit'] ?? 100));
    return { events, last_seq: events.at(-1)?.seq ?? after };
  }

  #endAttempt(id: number): void {
    for (let rank = 0; rank < this.get(id).nodes; rank += 1)
      for (const stream of ['stdout', 'stderr']) this.#endedAttempts.add(this.#key(id, `${stream}.${rank}`));
  }

  #key(id: number, file: string, attempt = this.get(id).attempt): string {
    return `${id}.${attempt}.${file}`;
  }

  #set(id: number, facts: Partial<Job>, type: Event['type']): void {
    const job = { ...this.get(id), ...facts };
    this.#jobs.set(id, job);
    this.#tell(type, job);
  }

  #tell(type: Event['type'], job: Job): void {
    const seq = this.#events.length + 1;
    this.#events.push({ seq, at: SUBMITTED_AT, type, job_id: job.job_id, workflow_id: null, node: job.node, data: {} });
    this.#changes.tell();
  }
}

function matches(job: Job, query: Record<string, unknown>): boolean {
  const filter = Object.entries(query).filter(([field]) => field !== 'limit' && field !== 'before');
  return filter.every(([field, value]) => Object.entries(job).some(([name, actual]) => name === field && actual === value));
}

function readUpdate(body: unknown): Partial<Job> {
  const { time_limit_ms, begin_at, comment, priority } = Value.Parse(JobUpdate, body);
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(time_limit_ms === undefined ? {} : { time_limit_ms }),
    ...(begin_at === undefined ? {} : { begin_at }),
    ...(comment === undefined ? {} : { comment }),
  };
}

function describeCreated(body: unknown): Partial<Job> {
  const get = (name: string): unknown =>
    typeof body === 'object' && body !== null ? Object.entries(body).find(([key]) => key === name)?.[1] : undefined;
  const command = get('command');
  const name = get('name');
  return {
    command: Array.isArray(command) ? command.map(String) : null,
    name: typeof name === 'string' ? name : 'job',
    kind: command === undefined ? 'script' : 'command',
    nodes: Number(get('nodes') ?? 1),
    ...(get('array') === undefined ? {} : { array: newArray(String(get('array'))) }),
  };
}

function newArray(text: string): JobArray {
  const { indices, parallel } = parseArraySpec(text);
  const tasks = indices.length;
  return { spec: formatIndices(indices), parallel, tasks, waiting: tasks, active: 0, completed: 0, failed: 0 };
}

function startOfTail(log: Buffer | undefined, lines: number): number {
  const text = log?.toString('latin1') ?? '';
  let start = text.length;
  for (let left = lines; left > 0 && start > 0; left -= 1) start = text.lastIndexOf('\n', start - 2) + 1;
  return start;
}
