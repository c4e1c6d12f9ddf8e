import { spawn, type ChildProcess } from 'node:child_process';

const STOP_MS = 10_000;

/** A process in the foreground of nobody: not reached by Ctrl-C, ended by `stopDaemon` only. Its output is dropped. */
export function startDaemon(argv: readonly [string, ...string[]], env: Readonly<Record<string, string>>): ChildProcess {
  const [program, ...args] = argv;
  return spawn(program, args, { env, detached: true, stdio: 'ignore' });
}

/** Asks a daemon to end, ends it by force when it does not, and waits until it is gone. */
export async function stopDaemon(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const gone = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGTERM');
  const force = setTimeout(() => daemon.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(force);
}
