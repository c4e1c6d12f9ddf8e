import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '@weir/contract';
import { describeOnEachStore } from '../support/on-each-store.ts';
import { WeirFleet } from '../support/weir-fleet.ts';

describeOnEachStore('upkeep', (store) => {
  let fleet: WeirFleet;
  const names = ['a', 'b', 'c', 'd', 'e'];

  beforeAll(async () => {
    fleet = await WeirFleet.start(store());
    for (const name of names) await fleet.addNode(name, { cpus: 2 });
  }, 120_000);
  afterAll(() => fleet.destroy());

  test('five runners started alike are five nodes', async () => {
    const { nodes } = await fleet.client().nodeList();
    expect(nodes.filter(({ state }) => state === 'online').map(({ name }) => name)).toEqual(names);
    const seen = await Promise.all(names.map((node) => fleet.outputOf('echo "$WEIR_NODE"', { target: { node } })));
    expect(seen).toEqual(names.map((name) => `${name}\n`));
  });

  test('runners restarted one after the other under load end no job and run none twice', async () => {
    const gate = fleet.gate();
    const long = await Promise.all(names.map((node) => fleet.sh(`${gate.wait}; exit 3`, { target: { node } })));
    await Promise.all(long.map(({ job_id }) => fleet.jobIs(job_id, 'running')));
    const short: Job[] = [];
    for (const name of names) {
      for (let count = 0; count < 4; count += 1) short.push(await fleet.sh(`echo once >> ${fleet.folder}/ran-$WEIR_JOB_ID; sleep 0.2`));
      await fleet.client().nodeDrain({ params: { name }, body: { reason: 'a new version' } });
      await fleet.node(name).end('SIGTERM');
      fleet.node(name).start();
      await fleet.nodeIs(name, 'online');
      await fleet.client().nodeResume({ params: { name } });
    }
    gate.open();
    const longEnds = await Promise.all(long.map(({ job_id }) => fleet.end(job_id)));
    expect(longEnds.map(({ node, exit_code, attempt }) => [node, exit_code, attempt])).toEqual(names.map((name) => [name, 3, 1]));
    const shortEnds = await Promise.all(short.map(({ job_id }) => fleet.end(job_id)));
    expect(new Set(shortEnds.map(({ state, attempt }) => `${state} ${attempt}`))).toEqual(new Set(['completed 1']));
    const ran = await fleet.outputOf(`cat ${fleet.folder}/ran-*`);
    expect(ran).toBe('once\n'.repeat(short.length));
  }, 60_000);

  test('the host restarted under load answers again and has lost nothing', async () => {
    const [host] = fleet.hosts;
    if (host === undefined) throw new Error('the fleet has no host');
    const jobs = await Promise.all(Array.from({ length: 20 }, (_, index) => fleet.sh(`sleep 0.3; exit ${index % 3}`)));
    await host.end('SIGTERM');
    host.start();
    await fleet.hostReady(host);
    const ends = await Promise.all(jobs.map(({ job_id }) => fleet.end(job_id)));
    expect(ends.map(({ exit_code, attempt }) => [exit_code, attempt])).toEqual(jobs.map((_, index) => [index % 3, 1]));
  }, 60_000);
});
