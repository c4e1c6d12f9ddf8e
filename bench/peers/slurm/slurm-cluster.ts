import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, totalmem, userInfo } from 'node:os';
import { join } from 'node:path';
import { requireCommand } from '../../measure/command.ts';
import { startDaemon, stopDaemon } from '../../measure/daemon.ts';
import { findFreePort } from '../../measure/free-port.ts';
import { waitFor } from '../../measure/waiting.ts';
import { formatSlurmConfig, mungeSocket, type SlurmLayout } from './slurm-config.ts';
import { findProgram } from './slurm-packages.ts';

/** A Slurm of our own: one controller, one node, in a folder that goes with it. */
export interface SlurmCluster {
  readonly layout: SlurmLayout;
  /** Runs one of Slurm's commands on it; throws unless it exits with 0. */
  run(name: string, ...args: string[]): Promise<string>;
}

const START_MS = 60_000;

/** Starts munge, slurmctld and slurmd, and waits until the node takes jobs. `cleanup` ends and removes all of it. */
export async function startSlurm(cleanup: AsyncDisposableStack): Promise<SlurmCluster> {
  const layout = await layOut(cleanup);
  const { folder } = layout;
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', SLURM_CONF: join(folder, 'slurm.conf'), LANG: 'C.UTF-8' };
  const start = (name: string, ...args: string[]) => {
    const daemon = startDaemon([requireProgram(name), ...args], env);
    cleanup.defer(() => stopDaemon(daemon));
  };
  start('munged', '--foreground', '--force', ...mungeFiles(layout));
  await waitFor(() => (existsSync(mungeSocket(layout)) ? true : undefined), { what: 'munge', limitMs: START_MS, everyMs: 50 });
  start('slurmctld', '-D', '-c', '-f', env.SLURM_CONF);
  start('slurmd', '-D', '-f', env.SLURM_CONF, '-N', 'bench');
  const run = (name: string, ...args: string[]) => requireCommand([requireProgram(name), ...args], { env, cwd: folder });
  const nodeIsIdle = async () => ((await run('sinfo', '-h', '-o', '%T').catch(() => '')).trim() === 'idle' ? true : undefined);
  await waitFor(nodeIsIdle, { what: `the Slurm node (its logs: ${folder})`, limitMs: START_MS, everyMs: 200 });
  return { layout, run };
}

async function layOut(cleanup: AsyncDisposableStack): Promise<SlurmLayout> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-slurm-'));
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const layout: SlurmLayout = {
    folder,
    hostname: hostname().split('.')[0] ?? 'localhost',
    user: userInfo().username,
    controllerPort: await findFreePort(),
    nodePort: await findFreePort(),
    memoryMb: Math.floor(totalmem() / 1024 ** 2),
  };
  for (const name of ['state', 'spool', 'out']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'slurm.conf'), formatSlurmConfig(layout));
  writeFileSync(join(folder, 'munge.key'), randomBytes(128), { mode: 0o600 });
  return layout;
}

function mungeFiles(layout: SlurmLayout): string[] {
  const { folder } = layout;
  return [
    `--key-file=${folder}/munge.key`,
    `--socket=${mungeSocket(layout)}`,
    `--pid-file=${folder}/munged.pid`,
    `--log-file=${folder}/munged.log`,
    `--seed-file=${folder}/munged.seed`,
  ];
}

function requireProgram(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`there is no program ${name}`);
  return path;
}
