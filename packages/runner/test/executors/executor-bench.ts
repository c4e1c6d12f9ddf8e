import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@weir/runtime';
import type { ExecutorKind, Launch, Program } from '@weir/contract';
import {
  attemptKey,
  type AttemptId,
  type AttemptState,
  type EndedState,
  type Executor,
  type StateListener,
} from '../../src/executors/executor.ts';
import { AttemptFiles } from '../../src/executors/process/attempt-files.ts';
import { makeNodeFolders, outputFile, type NodeFolders } from '../../src/node-folders.ts';

export interface ExecutorParts {
  readonly folders: NodeFolders;
  readonly files: AttemptFiles;
  readonly onChange: StateListener;
}

export type MakeExecutor = (parts: ExecutorParts) => Executor;

export const testLog = createLogger('test', process.env['WEIR_LOG_LEVEL'] ?? 'silent');

/** One executor on a home of its own, with what a test needs to order attempts and to see what comes of them. */
export class ExecutorBench {
  readonly home = mkdtempSync(join(tmpdir(), 'weir-executor-'));
  readonly folders = makeNodeFolders(this.home);
  readonly seen = new Map<string, AttemptState[]>();
  executor: Executor;
  readonly #make: MakeExecutor;
  readonly #kind: ExecutorKind;
  readonly #changed = new EventEmitter().setMaxListeners(0);

  constructor(make: MakeExecutor, kind: ExecutorKind = 'process') {
    this.#make = make;
    this.#kind = kind;
    this.executor = this.#open();
  }

  order(id: AttemptId, program: Program, more: Partial<Launch> = {}): void {
    this.executor.start(id, { ...LAUNCH_DEFAULTS, executor: this.#kind, ...more, program });
  }

  /** Orders attempt 1 of a job that runs a shell script text. */
  shell(jobId: number, text: string, more: Partial<Launch> = {}): AttemptId {
    const id = { jobId, attempt: 1 };
    this.order(id, { kind: 'command', argv: ['/bin/sh', '-c', text] }, more);
    return id;
  }

  states(id: AttemptId): AttemptState[] {
    return this.seen.get(attemptKey(id)) ?? [];
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#changed, 'change');
  }

  async untilState(id: AttemptId, matches: (state: AttemptState) => boolean): Promise<void> {
    await this.until(() => {
      const state = this.executor.state(id);
      return state !== undefined && matches(state);
    });
  }

  /** Resolves once the attempt has written `text` to its standard output. */
  async untilOutput(id: AttemptId, text: string): Promise<void> {
    const deadline = AbortSignal.timeout(20_000);
    while (!this.outputOrEmpty(id).includes(text)) {
      deadline.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async ended(id: AttemptId): Promise<EndedState> {
    await this.untilState(id, (state) => state.kind === 'ended');
    const state = this.executor.state(id);
    if (state?.kind !== 'ended') throw new Error('not ended');
    return state;
  }

  output(id: AttemptId, stream: 'stdout' | 'stderr' = 'stdout'): string {
    return readFileSync(outputFile(this.folders, id, stream), 'utf8');
  }

  outputOrEmpty(id: AttemptId): string {
    try {
      return this.output(id);
    } catch {
      return '';
    }
  }

  /** A new executor on the same home, as after a restart of the runner. */
  async reopen(): Promise<void> {
    await this.executor.close();
    this.executor = this.#open();
  }

  /** Ends every attempt and removes the home. */
  async dispose(): Promise<void> {
    for (const key of this.seen.keys()) {
      const [jobId = 0, attempt = 0] = key.split('.').map(Number);
      if (this.executor.state({ jobId, attempt }) === undefined) continue;
      this.executor.stop({ jobId, attempt }, { by: 'user', graceMs: 0, signal: 'TERM' });
      await this.ended({ jobId, attempt });
    }
    await this.executor.close();
    rmSync(this.home, { recursive: true });
  }

  #open(): Executor {
    const executor = this.#make({
      folders: this.folders,
      files: new AttemptFiles(this.folders.attempts),
      onChange: (id, state) => this.#keep(id, state),
    });
    for (const { id, state } of executor.recover()) this.#keep(id, state);
    return executor;
  }

  #keep(id: AttemptId, state: AttemptState): void {
    this.seen.set(attemptKey(id), [...(this.seen.get(attemptKey(id)) ?? []), state]);
    this.#changed.emit('change');
  }
}

/** What a launch says when a test does not care. */
export const LAUNCH_DEFAULTS: Omit<Launch, 'program'> = {
  name: 'test job',
  user: 'tester',
  env: {},
  workdir: null,
  cpus: 1,
  memoryBytes: null,
  gpuIds: [],
  timeLimitMs: null,
  graceMs: 5000,
  executor: 'process',
  cpuIds: [],
  numa: null,
  stdout: null,
  stderr: null,
  array: null,
  gang: { rank: 0, nodes: [{ name: 'node', address: '127.0.0.1' }], masterPort: 29_500, tasksPerNode: 1, cpusPerTask: 1 },
};

/** True while a process with that pid is there and not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
