/** Where this process stands in a control group hierarchy that could hold attempts. */
export interface CgroupPlace {
  readonly version: 1 | 2;
  readonly dir: string;
}

/** The controllers that hold attempts. */
export const CONTROLLERS = ['memory', 'freezer', 'cpuset', 'cpu'] as const;
export type Controller = (typeof CONTROLLERS)[number];

export type CgroupLayout = Readonly<Record<Controller, CgroupPlace | undefined>>;

/** No control group anywhere. */
export const NO_CGROUPS: CgroupLayout = { memory: undefined, freezer: undefined, cpuset: undefined, cpu: undefined };

interface Mount {
  readonly version: 1 | 2;
  /** The part of the hierarchy that is mounted. */
  readonly root: string;
  readonly point: string;
  readonly controllers: readonly string[];
}

/**
 * Finds the hierarchies of a process from the texts of /proc/self/mountinfo and /proc/self/cgroup
 * (proc(5), cgroups(7)). Version 1 where the controller is mounted by itself, else the unified hierarchy.
 */
export function readCgroupLayout(texts: { mountinfo: string; cgroup: string }): CgroupLayout {
  const mounts = texts.mountinfo.split('\n').flatMap(parseMount);
  const paths = parsePaths(texts.cgroup);
  const find = (controller: Controller) => findPlace(controller, mounts, paths);
  return { memory: find('memory'), freezer: find('freezer'), cpuset: find('cpuset'), cpu: find('cpu') };
}

/** Where the group of that path stands in the hierarchy of a controller (`name=systemd` counts as one); undefined when not mounted. */
export function locateGroup(sought: { mountinfo: string; controller: string; path: string }): CgroupPlace | undefined {
  const mounts = sought.mountinfo.split('\n').flatMap(parseMount);
  return locate(findMount(sought.controller, mounts), sought.path);
}

function findPlace(controller: string, mounts: readonly Mount[], paths: ReadonlyMap<string, string>): CgroupPlace | undefined {
  const mount = findMount(controller, mounts);
  return locate(mount, paths.get(mount?.version === 1 ? controller : ''));
}

function findMount(controller: string, mounts: readonly Mount[]): Mount | undefined {
  const legacy = mounts.find((mount) => mount.version === 1 && mount.controllers.includes(controller));
  return legacy ?? mounts.find((mount) => mount.version === 2);
}

function locate(mount: Mount | undefined, path: string | undefined): CgroupPlace | undefined {
  if (mount === undefined || path === undefined) return undefined;
  const below = pathBelow(mount.root, path);
  return below === undefined ? undefined : { version: mount.version, dir: `${mount.point}${below}` };
}

function pathBelow(root: string, path: string): string | undefined {
  if (root === '/') return path === '/' ? '' : path;
  if (path === root) return '';
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}

function parseMount(line: string): Mount[] {
  const [left = '', right = ''] = line.split(' - ');
  const [, , , root = '', point = ''] = left.split(' ');
  const [type, , options = ''] = right.split(' ');
  if (type !== 'cgroup' && type !== 'cgroup2') return [];
  return [{ version: type === 'cgroup' ? 1 : 2, root: unescapePath(root), point: unescapePath(point), controllers: options.split(',') }];
}

function unescapePath(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** By controller; the unified hierarchy's path stands under the empty name. */
function parsePaths(text: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    for (const controller of match?.[1]?.split(',') ?? []) paths.set(controller, match?.[2] ?? '');
  }
  return paths;
}
