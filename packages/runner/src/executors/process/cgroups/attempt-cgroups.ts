import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import type { Launch } from '@weir/contract/protocol';
import { errorText } from '../../../error-code.ts';
import { attemptKey, type AttemptId } from '../../executor.ts';
import type { Containment, Placement } from '../containment.ts';
import { listMembers, removeGroup } from './cgroup-access.ts';
import type { CgroupLayout, CgroupPlace } from './cgroup-layout.ts';
import { FREEZE_FILE, OOM_FILE, cpuSetFiles, cpuWeightFiles, memoryFiles } from './limit-files.ts';

type Limits = Pick<Launch, 'memoryBytes' | 'cpuIds' | 'numa' | 'cpus'>;

/** Holds attempts by control groups, and by what else there is where it may make none. */
export class AttemptCgroups implements Containment {
  readonly report: Containment['report'];
  readonly #usable: CgroupLayout;
  /** Tells the groups of several Weir homes on one machine apart. */
  readonly #prefix: string;

  /** `usable`: where groups can be made; a part that is undefined is done without groups. */
  constructor(home: string, usable: CgroupLayout) {
    this.#usable = usable;
    this.#prefix = `weir-${hashHome(home)}`;
    this.report = { kind: 'process', usable: true, notes: describeLayout(usable) };
  }

  place(id: AttemptId, launch: Limits): Placement {
    const { memory, cpuset, cpu } = this.#usable;
    const groups = new Set<string>();
    const bind = launch.cpuIds.length > 0;
    if (memory !== undefined && launch.memoryBytes !== null) groups.add(this.#make(memory, id, memoryFiles(memory, launch.memoryBytes)));
    if (cpuset !== undefined && bind) groups.add(this.#make(cpuset, id, cpuSetFiles(cpuset, launch)));
    if (cpu !== undefined && !bind && launch.cpus > 1) groups.add(this.#make(cpu, id, cpuWeightFiles(cpu, launch.cpus)));
    const holder = findHolder(this.#usable);
    if (groups.size === 0 && holder !== undefined) groups.add(this.#make(holder, id, []));
    const byAffinity = bind && cpuset === undefined;
    return {
      groups: [...groups],
      oomFile: memory === undefined || launch.memoryBytes === null ? null : `${this.#dir(memory, id)}/${OOM_FILE[memory.version]}`,
      freezer: this.freezer(id),
      cpuIds: byAffinity ? launch.cpuIds : [],
      numa: byAffinity ? launch.numa : null,
      starter: [],
    };
  }

  /** The group that an attempt is frozen in; undefined where there can be none. */
  freezer(id: AttemptId): Placement['freezer'] {
    const { freezer } = this.#usable;
    return freezer === undefined ? undefined : { dir: this.#dir(freezer, id), version: freezer.version };
  }

  members(id: AttemptId): readonly number[] {
    return this.#dirs(id).flatMap(listMembers);
  }

  thaw(id: AttemptId): void {
    const place = this.#usable.freezer;
    if (place === undefined) return;
    const file = `${this.#dir(place, id)}/${FREEZE_FILE[place.version]}`;
    if (existsSync(file)) writeFileSync(file, place.version === 1 ? 'THAWED' : '0');
  }

  remove(id: AttemptId): void {
    for (const dir of this.#dirs(id)) if (existsSync(dir)) removeGroup(dir); // mostly the shim has removed them
  }

  #make(place: CgroupPlace, id: AttemptId, files: readonly [name: string, value: string][]): string {
    const dir = this.#dir(place, id);
    mkdirSync(dir, { recursive: true });
    for (const [name, value] of files) if (existsSync(`${dir}/${name}`)) writeLimit(`${dir}/${name}`, value);
    return dir;
  }

  /** Every group that the attempt may have. */
  #dirs(id: AttemptId): string[] {
    const places = Object.values(this.#usable).filter((place) => place !== undefined);
    return [...new Set(places.map((place) => this.#dir(place, id)))];
  }

  #dir(place: CgroupPlace, id: AttemptId): string {
    return `${place.dir}/${this.#prefix}-${attemptKey(id)}`;
  }
}

/**
 * Where an attempt without limits gets a group, so that its processes are found whatever they do to their environment, parents and shim.
 * The freezer limits nothing, an empty group of memory or cpu nothing either: each attempt has the weight of one CPU.
 */
function findHolder({ freezer, memory, cpu }: CgroupLayout): CgroupPlace | undefined {
  return freezer ?? memory ?? cpu;
}

/** A short name of a Weir home. */
export function hashHome(home: string): string {
  return createHash('sha256').update(home).digest('hex').slice(0, 8);
}

function writeLimit(file: string, value: string): void {
  try {
    writeFileSync(file, value);
  } catch (error) {
    throw new Error(`the kernel refuses the limit ${file.slice(file.lastIndexOf('/') + 1)}=${value} (${errorText(error)})`, {
      cause: error,
    });
  }
}

function describeLayout(layout: CgroupLayout): string[] {
  const { memory, freezer, cpuset, cpu } = layout;
  return [
    memory === undefined ? 'memory is watched, not limited' : `memory is limited by control groups (version ${memory.version})`,
    freezer === undefined ? 'jobs are paused by signals' : `jobs are paused by the freezer (version ${freezer.version})`,
    cpuset === undefined ? 'CPUs are bound by affinity, which jobs can change' : `CPUs are bound by cpuset (version ${cpuset.version})`,
    ...(cpu === undefined ? ['jobs share CPUs without weights'] : []),
    ...(findHolder(layout) === undefined ? ['a job that kills its own supervisor may leave processes that are not found'] : []),
  ];
}
