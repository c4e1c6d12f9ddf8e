import { existsSync, writeFileSync } from 'node:fs';
import type { Launch } from '@weir/contract/protocol';
import type { AttemptId } from '../executor.ts';
import { AttemptCgroups, hashHome } from '../process/cgroups/attempt-cgroups.ts';
import { listMembers } from '../process/cgroups/cgroup-access.ts';
import { NO_CGROUPS, type CgroupPlace } from '../process/cgroups/cgroup-layout.ts';
import { FREEZE_FILE, OOM_FILE } from '../process/cgroups/limit-files.ts';
import type { Containment, Placement } from '../process/containment.ts';
import type { ScopeLayout } from './scope-layout.ts';
import { SLICE, type SystemdProbe } from './systemd-probe.ts';

/** Holds each attempt, its shim included, in a systemd scope of its own (systemd.scope(5), systemd.resource-control(5)). */
export class SystemdScopes implements Containment {
  readonly report: Containment['report'];
  readonly #layout: ScopeLayout | undefined;
  /** Freezes where systemd's hierarchies cannot: in version 1 they know no freezer. */
  readonly #freezers: AttemptCgroups;
  readonly #homeHash: string;

  constructor(home: string, probe: SystemdProbe, freezer: CgroupPlace | undefined) {
    this.#layout = probe.usable ? probe.layout : undefined;
    this.#freezers = new AttemptCgroups(home, { ...NO_CGROUPS, freezer });
    this.#homeHash = hashHome(home);
    this.report = {
      kind: 'systemd',
      usable: probe.usable,
      notes: probe.usable ? describeScopes(probe.layout) : [probe.reason],
    };
  }

  place(id: AttemptId, launch: Launch): Placement {
    const layout = this.#layout;
    if (layout === undefined) throw new Error(this.report.notes.join('; '));
    const memory = launch.memoryBytes === null ? undefined : layout.memory;
    const byAffinity = layout.units.version === 1;
    return {
      groups: [],
      oomFile: memory === undefined ? null : `${this.#dir(memory, id)}/${OOM_FILE[memory.version]}`,
      freezer: byAffinity ? this.#freezers.freezer(id) : { dir: this.#frozen(layout.units, id), version: 2 },
      cpuIds: byAffinity ? launch.cpuIds : [],
      numa: byAffinity ? launch.numa : null,
      starter: [
        'systemd-run',
        '--scope',
        '--quiet',
        '--collect',
        `--slice=${SLICE}`,
        `--unit=${this.#unit(id)}`,
        ...listProperties(launch, byAffinity).map((property) => `--property=${property}`),
        '--',
      ],
    };
  }

  members(id: AttemptId): readonly number[] {
    const units = this.#layout?.units;
    return units === undefined ? [] : [this.#dir(units, id), this.#frozen(units, id)].flatMap(listMembers);
  }

  thaw(id: AttemptId): void {
    const units = this.#layout?.units;
    if (units === undefined || units.version === 1) {
      this.#freezers.thaw(id);
      return;
    }
    const file = `${this.#frozen(units, id)}/${FREEZE_FILE[2]}`;
    if (existsSync(file)) writeFileSync(file, '0');
  }

  remove(id: AttemptId): void {
    this.#freezers.remove(id);
  }

  /** systemd collects the scope itself once it is empty. */
  #unit(id: AttemptId): string {
    return `weir-job-${id.jobId}-${id.attempt}-${this.#homeHash}`;
  }

  #dir(place: CgroupPlace, id: AttemptId): string {
    return `${place.dir}/${SLICE}/${this.#unit(id)}.scope`;
  }

  #frozen(place: CgroupPlace, id: AttemptId): string {
    return `${this.#dir(place, id)}/frozen`;
  }
}

function listProperties(launch: Launch, byAffinity: boolean): string[] {
  const { memoryBytes, cpuIds, numa, cpus } = launch;
  const isBound = cpuIds.length > 0;
  return [
    'Delegate=yes',
    'TasksMax=infinity',
    ...(memoryBytes === null ? [] : [`MemoryMax=${memoryBytes}`, 'MemorySwapMax=0']),
    ...(isBound || cpus === 0 ? [] : [`CPUQuota=${cpus * 100}%`]),
    ...(isBound && !byAffinity ? [`AllowedCPUs=${cpuIds.join(',')}`] : []),
    ...(isBound && !byAffinity && numa !== null ? [`AllowedMemoryNodes=${numa}`] : []),
  ];
}

function describeScopes(layout: ScopeLayout): string[] {
  return [
    'CPU time is limited to the CPUs of the job',
    layout.memory === undefined ? 'memory is watched, not limited' : 'memory is limited by the scope',
    layout.units.version === 1 ? 'CPUs are bound by affinity, which jobs can change' : 'CPUs are bound by the scope',
  ];
}
