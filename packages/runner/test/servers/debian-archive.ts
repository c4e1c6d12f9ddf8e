import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CACHE = join(homedir(), '.cache', 'weir');
/** What the nodes, stores and hosts of the tests need. One system for all of them: making it takes a minute. */
const PACKAGES = ['systemd', 'systemd-sysv', 'dbus', 'perl', 'procps', 'ca-certificates', 'postgresql', 'redis-server'];
const SERVICES = ['postgresql', 'redis-server'];
const SUITE = 'bookworm';

/**
 * A Debian as a tar file, for `docker import`: no registry of images is asked. Made by debootstrap and kept in ~/.cache/weir;
 * needs root, debootstrap and, the first time, a Debian mirror.
 */
export function makeDebianArchive(): string {
  const file = join(CACHE, `debian-${SUITE}-4.tar`);
  if (existsSync(file)) return file;
  const tree = join(CACHE, `debian-${process.pid}`);
  mkdirSync(CACHE, { recursive: true });
  try {
    execFileSync('debootstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, tree], { stdio: 'pipe' });
    // Servers are there to be started by those who want one, not by systemd.
    for (const name of SERVICES) symlinkSync('/dev/null', join(tree, 'etc/systemd/system', `${name}.service`));
    execFileSync('tar', ['-C', tree, '-cf', `${tree}.tar`, '.']);
    renameSync(`${tree}.tar`, file);
  } finally {
    rmSync(tree, { recursive: true, force: true });
    rmSync(`${tree}.tar`, { force: true });
  }
  return file;
}
