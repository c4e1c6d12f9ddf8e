/**
 * Runs the tests of this folder where systemd is process 1: in a container of a Docker Engine that is started for it and stopped again.
 * Needs root, dockerd, debootstrap and, the first time, a Debian mirror.
 *
 *   node packages/runner/test/executors/systemd/run-in-container.ts
 */
import { execFileSync } from 'node:child_process';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeDebianArchive } from '../../servers/debian-archive.ts';
import { DockerEngine } from '../../servers/docker-engine.ts';

const ROOT = fileURLToPath(new URL('../../../../..', import.meta.url)).replace(/\/$/, '');
const TESTS = relative(ROOT, fileURLToPath(new URL('.', import.meta.url)));
const IMAGE = 'weir-systemd-node';
const CONTAINER_OPTIONS = [
  ...['--network', 'none', '--cap-add', 'SYS_ADMIN', '--cap-add', 'SYS_NICE', '--security-opt', 'seccomp=unconfined', '--cgroupns=host'],
  ...['--volume', '/sys/fs/cgroup:/sys/fs/cgroup:rw', '--tmpfs', '/run', '--tmpfs', '/tmp:exec', '--volume', `${ROOT}:${ROOT}`],
];

const archive = makeDebianArchive();
await using engine = await DockerEngine.start();
engine.docker('import', archive, IMAGE);
const container = engine.docker('run', '--detach', ...CONTAINER_OPTIONS, IMAGE, '/lib/systemd/systemd').trim();
try {
  await engine.untilDocker('exec', container, 'systemctl', 'is-system-running');
  runTests();
} finally {
  engine.docker('rm', '--force', container);
}

function runTests(): void {
  const path = `PATH=${ROOT}/node_modules/node/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`;
  const command = ['node', 'node_modules/vitest/vitest.mjs', 'run', TESTS];
  try {
    execFileSync('docker', ['--host', engine.url, 'exec', '--env', path, '--workdir', ROOT, container, ...command], { stdio: 'inherit' });
  } catch {
    process.exitCode = 1; // vitest has said what failed
  }
}
