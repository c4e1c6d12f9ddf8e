import { describe } from 'vitest';
import { findUsableCgroups } from '../../../src/executors/process/cgroups/attempt-cgroups.ts';
import { describeExecutor } from '../conformance/conformance.ts';
import { makeProcessExecutor } from './make-process-executor.ts';

describe('with the control groups of this machine', () => {
  describeExecutor('process executor', makeProcessExecutor({ cgroups: findUsableCgroups() }));
});

describe('without control groups', () => {
  describeExecutor('process executor', makeProcessExecutor({ cgroups: { memory: undefined, freezer: undefined } }));
});
