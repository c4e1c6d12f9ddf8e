import type { Job } from '@weir/contract';
import { expect, test } from 'vitest';
import { exitCodeOf } from '../../src/jobs/job-exit.ts';
import { Changes } from '../fake-host/changes.ts';
import { FakeJobs } from '../fake-host/fake-jobs.ts';

test.each<[string, Partial<Job>, number]>([
  ['completed', { state: 'completed', exit_code: 0 }, 0],
  ['failed with its own code', { state: 'failed', exit_code: 3 }, 3],
  ['failed by signal 11', { state: 'failed', exit_signal: 11 }, 139],
  ['failed to start', { state: 'failed' }, 125],
  ['timed out', { state: 'timed_out', exit_signal: 15 }, 124],
  ['cancelled', { state: 'cancelled', exit_signal: 15 }, 130],
  ['out of memory', { state: 'oom_killed' }, 137],
  ['lost', { state: 'lost' }, 125],
])('a job that %s exits so', (_, facts, code) => expect(exitCodeOf(new FakeJobs(new Changes()).add(facts))).toBe(code));
