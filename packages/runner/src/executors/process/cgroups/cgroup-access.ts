import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { hasErrorCode } from '../../../error-code.ts';
import { readCgroupLayout, type CgroupLayout, type CgroupPlace, type Controller } from './cgroup-layout.ts';
import { CONTROLLER_FILE } from './limit-files.ts';

/** The hierarchies of this process in which it may make groups. */
export function findUsableCgroups(): CgroupLayout {
  const layout = readCgroupLayout({
    mountinfo: readFileSync('/proc/self/mountinfo', 'utf8'),
    cgroup: readFileSync('/proc/self/cgroup', 'utf8'),
  });
  return {
    memory: findUsable('memory', layout.memory),
    freezer: findUsable('freezer', layout.freezer),
    cpuset: findUsable('cpuset', layout.cpuset),
    cpu: findUsable('cpu', layout.cpu),
  };
}

/**
 * The group below which attempts' groups can be made. In the unified hierarchy a group with processes cannot hold groups with limits, so
 * there it is the parent when this process was put in a leaf for that purpose (systemd: `Delegate=yes`, `DelegateSubgroup=runner`).
 */
function findUsable(controller: Controller, place: CgroupPlace | undefined): CgroupPlace | undefined {
  if (place === undefined) return undefined;
  const above = place.version === 2 && basename(place.dir) === 'runner' ? [{ ...place, dir: dirname(place.dir) }] : [];
  return [...above, place].find((candidate) => isUsable(controller, candidate));
}

/** Tells by trying whether groups with that controller can be made at a place. */
export function isUsable(controller: Controller, place: CgroupPlace): boolean {
  const probe = `${place.dir}/weir-probe-${process.pid}`;
  try {
    if (place.version === 2 && controller !== 'freezer') writeFileSync(`${place.dir}/cgroup.subtree_control`, `+${controller}`);
    mkdirSync(probe);
    return existsSync(`${probe}/${CONTROLLER_FILE[controller][place.version]}`);
  } catch {
    return false; // not permitted here: it is done without groups
  } finally {
    removeGroup(probe);
  }
}

/** The processes in a group; none when it is not there. */
export function listMembers(dir: string): number[] {
  try {
    return readFileSync(`${dir}/cgroup.procs`, 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return []; // gone, or not ours to read
  }
}

/** Removes a group that may not be there, may still be in use, or may be somebody else's. */
export function removeGroup(dir: string): void {
  try {
    rmdirSync(dir);
  } catch (error) {
    const expected = ['ENOENT', 'EBUSY', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].some((code) => hasErrorCode(error, code));
    if (!expected) throw error;
  }
}
