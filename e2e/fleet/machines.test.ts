import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { cut, heal, Network } from '../../chaos/world/network.ts';
import { describeOnEachStore } from '../support/on-each-store.ts';
import { waitFor } from '../support/wait.ts';
import { WeirFleet } from '../support/weir-fleet.ts';

describeOnEachStore('machines with networks and process numbers of their own', (store) => {
  let fleet: WeirFleet;
  const cleanup = new AsyncDisposableStack();
  const machines = new Map<string, { namespace: string; address: string }>();
  const namespaceOf = (name: string) => machines.get(name)?.namespace ?? '';

  beforeAll(async () => {
    const network = await Network.create(cleanup, `wm${process.pid % 10_000}`);
    for (const name of ['left', 'right']) machines.set(name, await network.add(name));
    const gateway = machines.get('left')?.address.replace(/\d+$/, '1') ?? '';
    fleet = await WeirFleet.start({ ...store(), WEIR_LISTEN: gateway, WEIR_NODE_LOST_AFTER_MS: '8000' });
    for (const name of machines.keys()) {
      const place = ['ip', 'netns', 'exec', namespaceOf(name), 'unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
      await fleet.addNode(name, { cpus: 4, within: place });
    }
  }, 120_000);
  afterEach(async () => {
    for (const name of machines.keys()) await heal(namespaceOf(name));
  });
  afterAll(async () => {
    await fleet.destroy();
    await cleanup.disposeAsync();
  });

  const gone = (jobId: number) =>
    waitFor(`the processes of job ${jobId} to be gone`, () => (fleet.processesOf(jobId).length === 0 ? true : undefined));

  test('a cancel ends the right processes and no others, although numbers mean something else on each machine', async () => {
    const line = 'echo $$; exec sleep 600';
    const jobs = await Promise.all(['left', 'right', 'left'].map((node) => fleet.sh(line, { target: { node } })));
    await Promise.all(jobs.map(({ job_id }) => fleet.jobIs(job_id, 'running')));
    const [cancelled, ...others] = jobs.map(({ job_id }) => job_id);
    for (const id of jobs.map(({ job_id }) => job_id)) {
      const inside = await waitFor('its number', async () => (await fleet.text(id)).trim() || undefined);
      expect(fleet.processesOf(id).map(({ pid }) => String(pid))).not.toContain(inside);
    }
    await fleet.client().jobCancel({ params: { job_id: cancelled ?? 0 } });
    expect(await fleet.end(cancelled ?? 0)).toMatchObject({ state: 'cancelled' });
    await gone(cancelled ?? 0);
    for (const id of others) {
      expect(await fleet.jobIs(id, 'running')).toMatchObject({ attempt: 1 });
      expect(fleet.processesOf(id)).not.toEqual([]);
      await fleet.client().jobCancel({ params: { job_id: id } });
      await fleet.end(id);
    }
  });

  test('a node unplugged for a while keeps its jobs: what ended meanwhile has its true end, what runs goes on', async () => {
    const [short, long] = [fleet.gate(), fleet.gate()];
    const ended = await fleet.sh(`${short.wait}; exit 6`, { target: { node: 'left' } });
    const running = await fleet.sh(long.wait, { target: { node: 'left' } });
    await Promise.all([ended, running].map(({ job_id }) => fleet.jobIs(job_id, 'running')));
    await cut(namespaceOf('left'), 'both');
    await fleet.nodeIs('left', 'suspect');
    short.open();
    await gone(ended.job_id);
    await heal(namespaceOf('left'));
    expect(await fleet.end(ended.job_id)).toMatchObject({ state: 'failed', exit_code: 6, attempt: 1 });
    await fleet.nodeIs('left', 'online');
    expect(await fleet.jobIs(running.job_id, 'running')).toMatchObject({ attempt: 1 });
    long.open();
    expect(await fleet.end(running.job_id)).toMatchObject({ state: 'completed', attempt: 1 });
  }, 60_000);

  test('a node unplugged for too long loses its jobs; plugged in again it stops them and takes new ones', async () => {
    const lost = await fleet.sh('sleep 600', { target: { node: 'left' }, cpus: 4 });
    await fleet.jobIs(lost.job_id, 'running');
    await cut(namespaceOf('left'), 'both');
    expect(await fleet.jobIs(lost.job_id, 'lost')).toMatchObject({ attempt: 1 });
    await fleet.nodeIs('left', 'lost');
    await heal(namespaceOf('left'));
    await fleet.nodeIs('left', 'online');
    await gone(lost.job_id);
    expect(await fleet.end((await fleet.sh('true', { target: { node: 'left' }, cpus: 4 })).job_id)).toMatchObject({ state: 'completed' });
  }, 90_000);
});
