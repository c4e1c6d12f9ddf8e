import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, type OperationId } from '@weir/contract';
import { readProcessIdentity } from '@weir/runtime';
import { Changes } from './changes.ts';
import { FakeFleet } from './fake-fleet.ts';
import { FakeJobs } from './fake-jobs.ts';
import { FakeWorkflow } from './fake-workflows.ts';
import { serve, type Answer, type Call } from './router.ts';

/** The credential that the fake host knows. */
export const TOKEN = 'weir-token-of-the-test';
const OPEN: readonly OperationId[] = ['healthShow', 'nodeJoin'];

/** A host over a real socket, with state and a script, and a Weir home that leads to it. */
export class FakeHost implements AsyncDisposable {
  readonly home = mkdtempSync(join(tmpdir(), 'weir-cli-'));
  readonly changes = new Changes();
  readonly jobs = new FakeJobs(this.changes);
  readonly fleet = new FakeFleet();
  readonly workflow = new FakeWorkflow(this.changes);
  readonly calls: Call[] = [];
  /** How the next calls go wrong, after they were done: it dies before it answers, or answers that its store is away. */
  readonly losses: ('dies' | 'store_unavailable')[] = [];
  /** What the next calls are refused with. */
  readonly refusals: AppError[] = [];
  readonly #answers = new Map<string, Answer>();
  #port = 0;
  #close: () => Promise<void> = () => Promise.resolve();

  static async start(): Promise<FakeHost> {
    const host = new FakeHost();
    await host.listen();
    writeFileSync(join(host.home, 'credential'), JSON.stringify({ user: 'ada', token: TOKEN }), { mode: 0o600 });
    return host;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, on the port it had before. */
  async listen(): Promise<void> {
    const { port, close } = await serve((call) => this.#handle(call), this.#port);
    this.#port = port;
    this.#close = close;
    mkdirSync(join(this.home, 'run'), { recursive: true });
    writeFileSync(join(this.home, 'run', 'host.json'), JSON.stringify({ ...readProcessIdentity(process.pid), url: this.url }));
  }

  /** Breaks off every connection and listens no more, as when it is killed. */
  die(): Promise<void> {
    return this.#close();
  }

  /** Resolves when `count` calls of an operation have arrived. */
  async called(id: OperationId, count = 1): Promise<void> {
    await this.changes.until(() => this.calls.filter((call) => call.id === id).length >= count, 20_000);
    const actual = this.calls.filter((call) => call.id === id).length;
    if (actual < count) throw new Error(`${id} was called ${actual} times instead of ${count}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.die();
    rmSync(this.home, { recursive: true, force: true });
  }

  async #handle(call: Call): Promise<Answer> {
    this.calls.push(call);
    this.changes.tell();
    if (call.token !== TOKEN && !OPEN.includes(call.id))
      throw new AppError('unauthenticated', 'this token is not known: ask for a new one');
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw refusal;
    const { idempotencyKey: key } = call;
    if (key === undefined) return this.#answer(call);
    const answer = this.#answers.get(key) ?? (await this.#answer(call));
    this.#answers.set(key, answer);
    const loss = this.losses.shift();
    if (loss === 'dies') await this.die();
    if (loss === 'store_unavailable') throw new AppError('store_unavailable', 'the store is away: try again shortly');
    return answer;
  }

  async #answer(call: Call): Promise<Answer> {
    const answer = this.#system(call) ?? (await this.jobs.handle(call)) ?? this.fleet.handle(call) ?? (await this.workflow.handle(call));
    if (answer === undefined) throw new AppError('not_found', `the fake host has no ${call.id}`);
    return answer;
  }

  #system(call: Call): Answer | undefined {
    const checks = { store: 'ok', scheduler: 'ok', workflows: 'ok', loops: 'ok' };
    switch (call.id) {
      case 'healthShow':
        return {
          json: {
            status: 'healthy',
            version: '0.1.0',
            pid: process.pid,
            uptime_seconds: 61,
            checks,
            host: 'h1',
            leader: true,
            leading_host: 'h1',
            nodes_online: 1,
          },
        };
      case 'meShow':
        return { json: { user: 'ada', role: 'admin' } };
      case 'ticketCreate':
        return { json: { ticket: 'one-time', expires_at: '2026-01-31T10:05:00.000Z' } };
      case 'warehouseList':
        return { json: { warehouses: [{ name: 'local', kind: 'duckdb' }] } };
      default:
        return undefined;
    }
  }
}
