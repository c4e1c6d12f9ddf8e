import { expect, test } from 'vitest';
import { readScopeLayout } from '../../../src/executors/systemd/scope-layout.ts';

const UNIFIED = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate';
const NAMED = '31 23 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd';
const MEMORY = '32 23 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory';

test('in the unified hierarchy scopes are below the one root', () => {
  const root = { version: 2, dir: '/sys/fs/cgroup' };
  expect(readScopeLayout({ mountinfo: UNIFIED, cgroupOfInit: '0::/init.scope\n' })).toEqual({ units: root, memory: root });
});

test("in version 1 each controller has systemd's root, whatever group process 1 itself is in there", () => {
  const cgroupOfInit = '9:name=systemd:/docker/abc/init.scope\n4:memory:/docker/abc\n0::/docker/abc/init.scope\n';
  expect(readScopeLayout({ mountinfo: `${NAMED}\n${MEMORY}`, cgroupOfInit })).toEqual({
    units: { version: 1, dir: '/sys/fs/cgroup/systemd/docker/abc' },
    memory: { version: 1, dir: '/sys/fs/cgroup/memory/docker/abc' },
  });
});

test('without a hierarchy of systemd there are no scopes', () => {
  expect(readScopeLayout({ mountinfo: MEMORY, cgroupOfInit: '4:memory:/\n' })).toBeUndefined();
  expect(readScopeLayout({ mountinfo: '21 1 0:1 / /proc rw - proc proc rw', cgroupOfInit: '0::/init.scope\n' })).toBeUndefined();
});
