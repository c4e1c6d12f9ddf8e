import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeGpuTool } from '../support/fake-gpus.ts';
import { describeOnEachStore } from '../support/on-each-store.ts';
import { WeirFleet } from '../support/weir-fleet.ts';

describeOnEachStore('GPUs', (store) => {
  let fleet: WeirFleet;
  let tools = '';

  beforeAll(async () => {
    tools = mkdtempSync(join(tmpdir(), 'weir-gpus-'));
    makeGpuTool(tools, 2);
    fleet = await WeirFleet.start(store());
    await fleet.addNode('plain', { cpus: 8 });
    await fleet.addNode('gpus', { cpus: 8, env: { PATH: `${tools}:${process.env['PATH'] ?? ''}` } });
  }, 120_000);
  afterAll(async () => {
    await fleet.destroy();
    rmSync(tools, { recursive: true });
  });

  const first = { node: 'gpus', gpu_ids: [0] };
  const hold = async () => {
    const job = await fleet.sh('sleep 600', { target: first });
    await fleet.jobIs(job.job_id, 'running');
    const next = await fleet.sh('echo "$CUDA_VISIBLE_DEVICES"', { target: first });
    expect(await fleet.jobIs(next.job_id, 'pending')).toMatchObject({ reason: expect.stringMatching(/GPU/) as string });
    return { job, next };
  };

  test('are found without naming a node, and a job sees only those that it holds', async () => {
    const job = await fleet.sh('echo "$CUDA_VISIBLE_DEVICES"', { gpus: 2 });
    expect(await fleet.end(job.job_id)).toMatchObject({ state: 'completed', node: 'gpus', gpu_ids: [0, 1] });
    expect(await fleet.text(job.job_id)).toBe('0,1\n');
    expect(await fleet.outputOf('echo "[$CUDA_VISIBLE_DEVICES]"', { target: { node: 'gpus' } })).toBe('[]\n');
    await expect(fleet.sh('true', { gpus: 3 })).rejects.toMatchObject({ code: 'resources_never_fit' });
  });

  test('one that is in use is waited for while the other is given, and is free after an end', async () => {
    const gate = fleet.gate();
    const held = await fleet.sh(gate.wait, { target: first });
    await fleet.jobIs(held.job_id, 'running');
    const next = await fleet.sh('echo "$CUDA_VISIBLE_DEVICES"', { target: first });
    const other = await fleet.sh('true', { gpus: 1 });
    expect(await fleet.end(other.job_id)).toMatchObject({ gpu_ids: [1] });
    expect(await fleet.jobIs(next.job_id, 'pending')).toMatchObject({ started_at: null });
    gate.open();
    expect(await fleet.end(next.job_id)).toMatchObject({ state: 'completed', gpu_ids: [0] });
  });

  test('is free after a kill', async () => {
    const { job, next } = await hold();
    await fleet.client().jobCancel({ params: { job_id: job.job_id } });
    expect(await fleet.end(next.job_id)).toMatchObject({ state: 'completed', gpu_ids: [0] });
    expect(await fleet.text(next.job_id)).toBe('0\n');
  });

  test('is free after its node was lost and is back', async () => {
    const { job, next } = await hold();
    fleet.node('gpus').signal('SIGSTOP');
    await fleet.jobIs(job.job_id, 'lost');
    expect(await fleet.jobIs(next.job_id, 'pending')).toMatchObject({ started_at: null });
    fleet.node('gpus').signal('SIGCONT');
    expect(await fleet.end(next.job_id)).toMatchObject({ state: 'completed', gpu_ids: [0] });
    expect(fleet.processesOf(job.job_id)).toEqual([]);
  });
});
