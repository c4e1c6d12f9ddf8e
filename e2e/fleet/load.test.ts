import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnEachStore } from '../support/on-each-store.ts';
import { WeirFleet } from '../support/weir-fleet.ts';

describeOnEachStore('many jobs at once', (store) => {
  let fleet: WeirFleet;

  beforeAll(async () => {
    fleet = await WeirFleet.start(store());
    for (const [name, cpus] of [
      ['a', 4],
      ['b', 8],
      ['c', 16],
    ] as const)
      await fleet.addNode(name, { cpus });
  }, 120_000);
  afterAll(() => fleet.destroy());

  test('300 jobs of any size end once each, and never hold more than a node has', async () => {
    const sizes = Array.from({ length: 300 }, (_, index) => 1 + ((index * 7) % 4));
    const jobs = await Promise.all(sizes.map((cpus) => fleet.sh('sleep 0.05', { cpus, memory_bytes: cpus * 16 * 1024 * 1024 })));
    const crowded: string[] = [];
    for (let left = jobs.length; left > 0;) {
      const { nodes } = await fleet.client().nodeList();
      crowded.push(...nodes.filter((node) => node.cpus_allocated > node.cpus).map(({ name }) => name));
      const pages = await Promise.all(
        (['pending', 'starting', 'running'] as const).map((state) => fleet.client().jobList({ query: { state, limit: 1 } })),
      );
      left = pages.reduce((sum, page) => sum + page.total, 0);
    }
    expect(crowded).toEqual([]);
    const ends = await Promise.all(jobs.map(({ job_id }) => fleet.client().jobShow({ params: { job_id } })));
    expect(new Set(ends.map(({ state, attempt }) => `${state} ${attempt}`))).toEqual(new Set(['completed 1']));
  }, 180_000);

  test('small jobs pass a wide one that waits, and still do not keep it from starting', async () => {
    const blocker = await fleet.sh('sleep 3', { cpus: 12, time_limit_ms: 5_000, target: { node: 'c' } });
    await fleet.jobIs(blocker.job_id, 'running');
    const wide = await fleet.sh('sleep 0.1', { cpus: 16, time_limit_ms: 10_000 });
    const short = await fleet.sh('true', { cpus: 1, time_limit_ms: 1_000, target: { node: 'c' } });
    const long = await Promise.all([1, 2, 3].map(() => fleet.sh('sleep 8', { cpus: 2, time_limit_ms: 60_000, target: { node: 'c' } })));
    const [shortEnd, wideEnd] = [await fleet.end(short.job_id), await fleet.end(wide.job_id)];
    const longEnds = await Promise.all(long.map(({ job_id }) => fleet.end(job_id)));
    expect(Date.parse(shortEnd.started_at ?? '')).toBeLessThan(Date.parse(wideEnd.started_at ?? ''));
    for (const end of longEnds) expect(Date.parse(end.started_at ?? '')).toBeGreaterThan(Date.parse(wideEnd.started_at ?? ''));
  }, 120_000);

  test('a queue that is longer than its node is quick fails nobody', async () => {
    const jobs = await Promise.all(Array.from({ length: 20 }, () => fleet.sh('sleep 0.5', { cpus: 4, target: { node: 'a' } })));
    const ends = await Promise.all(jobs.map(({ job_id }) => fleet.end(job_id)));
    expect(ends.map(({ state }) => state)).toEqual(jobs.map(() => 'completed'));
  }, 120_000);

  test('a job that cannot be started fails alone', async () => {
    const sound = await fleet.sh('true');
    const poison = await Promise.all([
      fleet.sh('true', { workdir: '/no/such/{job_id}/%s' }),
      fleet.sh('true', { name: '{0} %(x)s ${y} \u202e', comment: '漢字'.repeat(1_000) }),
      fleet.submit({ command: ['/no/such/{program}'] }),
    ]);
    const after = await fleet.sh('true');
    const ends = await Promise.all([...poison, sound, after].map(({ job_id }) => fleet.end(job_id)));
    expect(ends.map(({ state }) => state)).toEqual(['failed', 'completed', 'failed', 'completed', 'completed']);
    const health = await fetch(`${fleet.url()}/api/health`);
    expect(await health.json()).toMatchObject({ status: 'healthy', checks: { scheduler: expect.stringMatching(/^ok/) as string } });
  });
});
