/**
 * Runs the tests of this folder where systemd is process 1: in a container whose image is made by debootstrap and kept in ~/.cache/weir.
 * Needs root, dockerd, debootstrap and, the first time, a Debian mirror. Starts a dockerd of its own and stops it again.
 *
 *   node packages/runner/test/executors/systemd/run-in-container.ts
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../..', import.meta.url)).replace(/\/$/, '');
const TESTS = relative(ROOT, fileURLToPath(new URL('.', import.meta.url)));
const IMAGE = 'weir-systemd-node';
const START_MS = 60_000;
const CONTAINER_OPTIONS = [
  ...['--network', 'none', '--cap-add', 'SYS_ADMIN', '--cap-add', 'SYS_NICE', '--security-opt', 'seccomp=unconfined', '--cgroupns=host'],
  ...['--volume', '/sys/fs/cgroup:/sys/fs/cgroup:rw', '--tmpfs', '/run', '--tmpfs', '/tmp:exec', '--volume', `${ROOT}:${ROOT}`],
];

const cache = join(homedir(), '.cache', 'weir');
const folder = mkdtempSync(join(tmpdir(), 'weir-dockerd-'));
const socket = `unix://${folder}/socket`;
const docker = (...args: string[]) =>
  execFileSync('docker', ['--host', socket, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const archive = makeArchive();
const daemon = startDaemon();
try {
  await waitUntil(() => docker('info'));
  docker('import', archive, IMAGE);
  const container = docker('run', '--detach', ...CONTAINER_OPTIONS, IMAGE, '/lib/systemd/systemd').trim();
  try {
    await waitUntil(() => docker('exec', container, 'systemctl', 'is-system-running'));
    runTests(container);
  } finally {
    docker('rm', '--force', container);
  }
} finally {
  daemon.kill('SIGTERM');
  if (daemon.exitCode === null) await once(daemon, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

/** The root file system as a tar file. */
function makeArchive(): string {
  const file = join(cache, `${IMAGE}.tar`);
  if (existsSync(file)) return file;
  const tree = join(cache, IMAGE);
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const packages = 'systemd,systemd-sysv,dbus,perl,procps';
  execFileSync('debootstrap', ['--variant=minbase', `--include=${packages}`, 'bookworm', tree], { stdio: 'inherit' });
  execFileSync('tar', ['-C', tree, '-cf', `${file}.part`, '.']);
  renameSync(`${file}.part`, file);
  rmSync(tree, { recursive: true });
  return file;
}

function startDaemon(): ChildProcess {
  const folders = ['--data-root', `${folder}/data`, '--exec-root', `${folder}/exec`, '--pidfile', `${folder}/pid`];
  return spawn('dockerd', ['--host', socket, ...folders, '--iptables=false', '--bridge=none'], { stdio: 'ignore' });
}

function runTests(container: string): void {
  const path = `PATH=${ROOT}/node_modules/node/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`;
  const command = ['node', 'node_modules/vitest/vitest.mjs', 'run', TESTS];
  try {
    execFileSync('docker', ['--host', socket, 'exec', '--env', path, '--workdir', ROOT, container, ...command], { stdio: 'inherit' });
  } catch {
    process.exitCode = 1; // vitest has said what failed
  }
}

async function waitUntil(works: () => unknown): Promise<void> {
  const deadline = AbortSignal.timeout(START_MS);
  for (;;) {
    try {
      works();
      return;
    } catch (error) {
      if (deadline.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
