import { locateGroup, type CgroupPlace } from '../process/cgroups/cgroup-layout.ts';

/** Where systemd puts the control groups of its units. */
export interface ScopeLayout {
  /** The hierarchy by which systemd itself knows what belongs to a unit. */
  readonly units: CgroupPlace;
  /** Undefined: memory is not accounted for. */
  readonly memory: CgroupPlace | undefined;
}

/** Reads it from /proc/self/mountinfo and /proc/1/cgroup; undefined when systemd has no hierarchy that is mounted here. */
export function readScopeLayout(texts: { mountinfo: string; cgroupOfInit: string }): ScopeLayout | undefined {
  const own = /^\d+:name=systemd:(.*)$/m.exec(texts.cgroupOfInit) ?? /^0::(.*)$/m.exec(texts.cgroupOfInit);
  if (own === null) return undefined;
  const root = (own[1] ?? '').replace(/\/init\.scope$/, '') || '/';
  const units = locateGroup({ mountinfo: texts.mountinfo, controller: 'name=systemd', path: root });
  return units === undefined ? undefined : { units, memory: locateGroup({ mountinfo: texts.mountinfo, controller: 'memory', path: root }) };
}
