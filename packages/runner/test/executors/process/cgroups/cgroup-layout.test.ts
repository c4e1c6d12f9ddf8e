import { expect, test } from 'vitest';
import { NO_CGROUPS, readCgroupLayout } from '../../../../src/executors/process/cgroups/cgroup-layout.ts';

const UNIFIED = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate';
const MEMORY = '31 23 0:27 / /sys/fs/cgroup/memory rw,nosuid shared:10 - cgroup cgroup rw,memory';
const FREEZER = '32 23 0:28 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer';

test('in the unified hierarchy all stand at its one path', () => {
  const layout = readCgroupLayout({ mountinfo: UNIFIED, cgroup: '0::/user.slice/user-1000.slice/weir.service\n' });
  const place = { version: 2, dir: '/sys/fs/cgroup/user.slice/user-1000.slice/weir.service' };
  expect(layout).toEqual({ memory: place, freezer: place, cpuset: place, cpu: place });
});

test('version 1 hierarchies stand each at their own path', () => {
  const layout = readCgroupLayout({ mountinfo: `${MEMORY}\n${FREEZER}\n`, cgroup: '8:memory:/a/b\n6:freezer:/\n' });
  expect(layout).toEqual({
    memory: { version: 1, dir: '/sys/fs/cgroup/memory/a/b' },
    freezer: { version: 1, dir: '/sys/fs/cgroup/freezer' },
  });
});

test('in a mixed layout a controller is used where it is mounted by itself', () => {
  const layout = readCgroupLayout({ mountinfo: `${UNIFIED}\n${MEMORY}`, cgroup: '8:cpu,memory:/m\n0::/u\n' });
  expect(layout).toMatchObject({
    memory: { version: 1, dir: '/sys/fs/cgroup/memory/m' },
    freezer: { version: 2, dir: '/sys/fs/cgroup/u' },
  });
});

test('a part of the hierarchy that is mounted is taken off the path', () => {
  const mountinfo = MEMORY.replace(' / /sys/fs/cgroup/memory', ' /docker/abc /my\\040cgroups');
  expect(readCgroupLayout({ mountinfo, cgroup: '8:memory:/docker/abc/x' }).memory).toEqual({ version: 1, dir: '/my cgroups/x' });
  expect(readCgroupLayout({ mountinfo, cgroup: '8:memory:/docker/abc' }).memory).toEqual({ version: 1, dir: '/my cgroups' });
  expect(readCgroupLayout({ mountinfo, cgroup: '8:memory:/docker/abcdef' }).memory).toBeUndefined();
});

test('without control groups there is no place', () => {
  expect(readCgroupLayout({ mountinfo: '21 1 0:1 / /proc rw - proc proc rw', cgroup: '' })).toEqual(NO_CGROUPS);
});
