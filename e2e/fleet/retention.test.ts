import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError, type Job } from '@weir/contract';
import { describeOnEachStore } from '../support/on-each-store.ts';
import { waitFor } from '../support/wait.ts';
import { WeirFleet } from '../support/weir-fleet.ts';

const KEEP_MS = 10_000;

describeOnEachStore('what is over for long', (store) => {
  let fleet: WeirFleet;

  beforeAll(async () => {
    fleet = await WeirFleet.start({ ...store(), WEIR_KEEP_JOBS_MS: String(KEEP_MS) });
    for (const name of ['here', 'away']) await fleet.addNode(name);
  }, 120_000);
  afterAll(() => fleet.destroy());

  const on = (node: string, line: string) => fleet.sh(line, { target: { node } });
  const find = (job: Job) =>
    fleet
      .client()
      .jobShow({ params: { job_id: job.job_id } })
      .catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'job_not_found') return undefined;
        throw error;
      });
  const isGone = async (job: Job) => ((await find(job)) === undefined ? true : undefined);
  const eventsOf = async (job: Job) => (await fleet.client().eventList({ query: { job_id: job.job_id } })).events.map(({ type }) => type);
  const folderOf = (job: Job, node: string) => join(fleet.node(node).home, 'node', 'jobs', String(job.job_id));

  test('is forgotten with its events and files, on a node that is away once it is back; what ended lately or runs stays', async () => {
    const gate = fleet.gate();
    const running = await on('here', `echo begun; ${gate.wait}; echo done`);
    await fleet.jobIs(running.job_id, 'running');
    const far = await on('away', 'echo far');
    await fleet.end(far.job_id);
    await fleet.node('away').end('SIGTERM');
    const old = await on('here', 'echo old');
    await fleet.end(old.job_id);
    expect(await eventsOf(old)).toContain('job.ended');
    expect([existsSync(folderOf(old, 'here')), existsSync(folderOf(far, 'away'))]).toEqual([true, true]);

    // Jobs go on ending meanwhile: the last of them is young when the old one goes.
    let young = old;
    await waitFor('the old job to be forgotten', async () => {
      young = await on('here', 'echo young');
      await fleet.end(young.job_id);
      return isGone(old);
    });
    expect(await eventsOf(old)).toEqual([]);
    expect((await find(young))?.state).toBe('completed');
    expect(await eventsOf(young)).toContain('job.ended');
    expect(await fleet.text(young.job_id)).toBe('young\n');
    await waitFor('the files of the old job to go', () => (existsSync(folderOf(old, 'here')) ? undefined : true));

    expect((await find(running))?.state).toBe('running');
    expect(await eventsOf(running)).toContain('job.started');
    gate.open();
    expect(await fleet.end(running.job_id)).toMatchObject({ state: 'completed', attempt: 1 });
    expect(await fleet.text(running.job_id)).toBe('begun\ndone\n');

    expect((await find(far))?.state).toBe('completed');
    expect(existsSync(folderOf(far, 'away'))).toBe(true);
    fleet.node('away').start();
    await waitFor('the job of the node that was away to be forgotten', () => isGone(far));
    await waitFor('its files to go', () => (existsSync(folderOf(far, 'away')) ? undefined : true));
    expect(await eventsOf(far)).toEqual([]);
  }, 120_000);
});
