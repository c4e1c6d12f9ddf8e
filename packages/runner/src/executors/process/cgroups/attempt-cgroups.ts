import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { hasErrorCode } from '../../../error-code.ts';
import { attemptKey, type AttemptId } from '../../executor.ts';
import type { ShimLaunch, ShimMemory } from '../launch-file.ts';
import { readCgroupLayout, type CgroupLayout, type CgroupPlace } from './cgroup-layout.ts';

type Controller = 'memory' | 'freezer';

const LIMIT_FILE = { 1: 'memory.limit_in_bytes', 2: 'memory.max' } as const;
const FREEZE_FILE = { 1: 'freezer.state', 2: 'cgroup.freeze' } as const;
const OOM_FILE = { 1: 'memory.oom_control', 2: 'memory.events' } as const;

/** The hierarchies of this process in which it may make groups. */
export function findUsableCgroups(): CgroupLayout {
  const layout = readCgroupLayout({ mountinfo: readProc('mountinfo'), cgroup: readProc('cgroup') });
  return { memory: findUsable('memory', layout.memory), freezer: findUsable('freezer', layout.freezer) };
}

/** The control groups of attempts. */
export class AttemptCgroups {
  readonly #memory: CgroupPlace | undefined;
  readonly #freezer: CgroupPlace | undefined;
  /** Tells the groups of several Weir homes on one machine apart. */
  readonly #prefix: string;

  /** `usable`: where groups can be made; a part that is undefined is done without groups. */
  constructor(home: string, usable: CgroupLayout) {
    this.#memory = usable.memory;
    this.#freezer = usable.freezer;
    this.#prefix = `weir-${createHash('sha256').update(home).digest('hex').slice(0, 8)}`;
  }

  /** Makes the group that holds an attempt to its memory limit; where there can be none the shim watches it. */
  limitMemory(id: AttemptId, limitBytes: number | null): ShimMemory {
    if (limitBytes === null) return { kind: 'unlimited' };
    if (this.#memory === undefined) return { kind: 'watched', limitBytes };
    const dir = this.#dir(this.#memory, id);
    mkdirSync(dir, { recursive: true });
    const files = this.#memory.version === 1 ? limitFilesV1(limitBytes) : limitFilesV2(limitBytes);
    for (const [name, value] of files) if (existsSync(`${dir}/${name}`)) writeFileSync(`${dir}/${name}`, value);
    return { kind: 'cgroup', limitBytes, dir, oomFile: OOM_FILE[this.#memory.version] };
  }

  /** Where the shim may make the group in which it freezes the attempt. */
  freezer(id: AttemptId): ShimLaunch['freezer'] {
    return this.#freezer === undefined ? undefined : { dir: this.#dir(this.#freezer, id), version: this.#freezer.version };
  }

  /** Lets the processes of an attempt run that a vanished shim had frozen. */
  thaw(id: AttemptId): void {
    const place = this.#freezer;
    if (place === undefined) return;
    const file = `${this.#dir(place, id)}/${FREEZE_FILE[place.version]}`;
    if (existsSync(file)) writeFileSync(file, place.version === 1 ? 'THAWED' : '0');
  }

  /** Removes what a vanished shim could not. */
  remove(id: AttemptId): void {
    for (const place of [this.#memory, this.#freezer]) if (place !== undefined) removeGroup(this.#dir(place, id));
  }

  #dir(place: CgroupPlace, id: AttemptId): string {
    return `${place.dir}/${this.#prefix}-${attemptKey(id)}`;
  }
}

function limitFilesV1(limitBytes: number): [string, string][] {
  return [
    ['memory.limit_in_bytes', String(limitBytes)],
    ['memory.memsw.limit_in_bytes', String(limitBytes)],
  ];
}

function limitFilesV2(limitBytes: number): [string, string][] {
  return [
    ['memory.max', String(limitBytes)],
    ['memory.swap.max', '0'],
    ['memory.oom.group', '1'],
  ];
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
    if (place.version === 2 && controller === 'memory') writeFileSync(`${place.dir}/cgroup.subtree_control`, '+memory');
    mkdirSync(probe);
    return existsSync(`${probe}/${(controller === 'memory' ? LIMIT_FILE : FREEZE_FILE)[place.version]}`);
  } catch {
    return false; // not permitted here: limits are watched, pauses are signals
  } finally {
    removeGroup(probe);
  }
}

function removeGroup(dir: string): void {
  try {
    rmdirSync(dir);
  } catch (error) {
    const expected = ['ENOENT', 'EBUSY', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].some((code) => hasErrorCode(error, code));
    if (!expected) throw error;
  }
}

function readProc(name: 'mountinfo' | 'cgroup'): string {
  return readFileSync(`/proc/self/${name}`, 'utf8');
}
