import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import type { Program } from '@weir/contract';
import { readRunnerConfig, startRunner, type Runner } from '../src/index.ts';
import { FakeHost } from './fake-host.ts';
import { listProcesses } from './servers/processes.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const STAGES = fileURLToPath(new URL('fixtures/stages-main.ts', import.meta.url));

/** A fake host and a runner of one home, in this process or as a process of its own. */
export class RunnerBench {
  readonly home: string;
  readonly host: FakeHost;
  /** Messages that runners of this process logged. */
  readonly logged: { level: number; msg: string }[] = [];
  readonly #env: Record<string, string>;
  #runners: Runner[] = [];
  #children: ChildProcess[] = [];

  private constructor(home: string, host: FakeHost, env: Record<string, string>) {
    this.home = home;
    this.host = host;
    this.#env = { WEIR_HOME: home, WEIR_STAGES_MAIN: STAGES, PATH: process.env['PATH'] ?? '', ...env };
  }

  static async open(env: Record<string, string> = {}): Promise<RunnerBench> {
    const home = mkdtempSync(join(tmpdir(), 'weir-runner-'));
    return new RunnerBench(home, await FakeHost.start(home), env);
  }

  /** Starts a runner in this process. */
  async startRunner(): Promise<Runner> {
    const lines = new Writable({
      write: (line: Buffer, _, done) => {
        this.logged.push(JSON.parse(line.toString()) as { level: number; msg: string });
        done();
      },
    });
    const runner = await startRunner(readRunnerConfig(this.#env), pino({ level: 'debug' }, lines));
    this.#runners.push(runner);
    return runner;
  }

  /** Starts the runner's main program. */
  spawnRunner(): ChildProcess {
    const child = spawn(process.execPath, [MAIN], {
      env: { ...this.#env, WEIR_LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.#children.push(child);
    return child;
  }

  /** Starts a runner in this process and waits until the host has welcomed it. */
  async connect(): Promise<Runner> {
    const runner = await this.startRunner();
    await this.host.untilConnected();
    return runner;
  }

  async dispose(): Promise<void> {
    this.#runners = await stopAll(this.#runners);
    for (const child of this.#children) await killAndWait(child);
    this.#children = [];
    await this.host.stop();
    // Jobs outlive their runners.
    while (killJobsOf(this.home) > 0) await delay(20);
    rmSync(this.home, { recursive: true });
  }
}

/** Kills the processes of a home's jobs; how many there were, with the shims, which then tidy up and end. */
function killJobsOf(home: string): number {
  const processes = listProcesses();
  const shims = processes.filter(({ argv }) => argv.some((word) => word.startsWith(`${home}/node/`)));
  const jobs = processes.filter(({ environment }) => environment.some((variable) => variable.startsWith(`WEIR_JOB_DIR=${home}/`)));
  if (jobs.length > 0) spawnSync('kill', ['-KILL', ...jobs.map(({ pid }) => String(pid))], { stdio: 'ignore' });
  return shims.length + jobs.length;
}

/** A program that is a shell's text. */
export function sh(text: string): { program: Program } {
  return { program: { kind: 'command', argv: ['/bin/sh', '-c', text] } };
}

export async function killAndWait(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function stopAll(runners: readonly Runner[]): Promise<Runner[]> {
  for (const runner of runners) await runner.stop();
  return [];
}
