import { afterEach, beforeEach, expect, test } from 'vitest';
import { AttemptService } from '../../../src/jobs/attempt-service.ts';
import { eventually } from '../../eventually.ts';
import { TestHost } from '../../test-host.ts';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host[Symbol.asyncDispose]());

test.each(['vanish', 'withdraw'] as const)(
  'what a node did not tell a host ends nothing once the node is connected to another: %s',
  async (what) => {
    const runner = await host.connectedRunner();
    const client = host.client();
    const { job_id: jobId } = await client.jobCreate({ body: { command: ['true'] } });
    runner.reportRunning(await runner.order(jobId));
    const state = async () => (await client.jobShow({ params: { job_id: jobId } })).state;
    await eventually(async () => (await state()) === 'running');
    const attempts = new AttemptService(host.running.services.store, host.config.policy);
    await attempts[what]({ jobId, attempt: 1, node: 'here' }, 'the host before');
    expect(await state()).toBe('running');
    await attempts[what]({ jobId, attempt: 1, node: 'here' }, host.config.hostId);
    expect(await state()).not.toBe('running');
  },
);
