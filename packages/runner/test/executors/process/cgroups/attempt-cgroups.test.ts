import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AttemptCgroups } from '../../../../src/executors/process/cgroups/attempt-cgroups.ts';
import { NO_CGROUPS } from '../../../../src/executors/process/cgroups/cgroup-layout.ts';
import { FakeSys } from '../../../probes/fake-sys.ts';

const ID = { jobId: 7, attempt: 2 };
const NO_LIMITS = { memoryBytes: null, cpuIds: [], numa: null, cpus: 0 };
const UNTRACKED = 'a job that kills its own supervisor may leave processes that are not found';

let freezer: FakeSys;
let memory: FakeSys;
beforeEach(() => {
  freezer = new FakeSys();
  memory = new FakeSys();
});
afterEach(() => {
  freezer.dispose();
  memory.dispose();
});

const open = () =>
  new AttemptCgroups('/home', {
    ...NO_CGROUPS,
    freezer: { version: 1, dir: freezer.root },
    memory: { version: 1, dir: memory.root },
  });

test('an attempt without limits gets one group that limits nothing, and none is left of it', () => {
  const cgroups = open();
  const { groups } = cgroups.place(ID, NO_LIMITS);
  expect(groups).toEqual([expect.stringMatching(/-7\.2$/)]);
  expect([readdirSync(freezer.root).length, readdirSync(memory.root).length]).toEqual([1, 0]);
  cgroups.remove(ID);
  expect(readdirSync(freezer.root)).toEqual([]);
  expect(() => cgroups.remove(ID)).not.toThrow();
});

test('an attempt that a limit gives a group to gets no other', () => {
  open().place(ID, { ...NO_LIMITS, memoryBytes: 4096 });
  expect([readdirSync(freezer.root).length, readdirSync(memory.root).length]).toEqual([0, 1]);
});

test('where no group can be made, the node says what that means', () => {
  expect(new AttemptCgroups('/home', NO_CGROUPS).report.notes).toContain(UNTRACKED);
  expect(open().report.notes).not.toContain(UNTRACKED);
});
