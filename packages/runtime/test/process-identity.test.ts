import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { processIsAlive, readProcessIdentity } from '@weir/runtime';

test('a process is known by pid and start time, and is gone once it has ended', async () => {
  const child = spawn('sleep', ['60']);
  const identity = readProcessIdentity(child.pid ?? 0);
  if (identity === undefined) throw new Error('the child has no identity');
  expect(processIsAlive(identity)).toBe(true);
  expect(processIsAlive({ ...identity, startTicks: identity.startTicks + 1 })).toBe(false);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(processIsAlive(identity)).toBe(false);
  expect(readProcessIdentity(identity.pid)).toBeUndefined();
});

test('a process whose name holds spaces and parentheses is read right', async () => {
  const child = spawn('perl', ['-e', '$0 = "a) b (c"; $| = 1; print "ready\\n"; sleep 60']);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const identity = readProcessIdentity(child.pid ?? 0);
  expect(identity?.startTicks).toBeGreaterThan(0);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
});
