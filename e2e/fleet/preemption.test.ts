import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnEachStore } from '../support/on-each-store.ts';
import { waitFor } from '../support/wait.ts';
import { WeirFleet } from '../support/weir-fleet.ts';

describeOnEachStore('jobs of different classes', (store) => {
  let fleet: WeirFleet;

  beforeAll(async () => {
    fleet = await WeirFleet.start(store());
    await fleet.addNode('a', { cpus: 4 });
  }, 120_000);
  afterAll(() => fleet.destroy());

  test('an urgent job makes a scavenger save its work, give way, and go on from there afterwards', async () => {
    const [saved, listens] = [join(fleet.folder, 'saved'), join(fleet.folder, 'listens')];
    // Goes on from what it saved; on the checkpoint signal it saves and leaves.
    const line = `if [ -e "${saved}" ]; then cat "${saved}"; exit 0; fi; trap 'echo half > "${saved}"; exit 0' USR1; touch "${listens}"; while :; do sleep 0.1; done`;
    const scavenger = await fleet.sh(line, { cpus: 4, class: 'scavenger', checkpoint_signal: 'USR1', grace_ms: 10_000 });
    await waitFor('it to listen', () => (existsSync(listens) ? true : undefined));
    const gate = fleet.gate();
    const urgent = await fleet.sh(gate.wait, { cpus: 2, class: 'urgent' });
    await fleet.jobIs(urgent.job_id, 'running');
    expect(readFileSync(saved, 'utf8')).toBe('half\n');
    gate.open();
    await fleet.end(urgent.job_id);
    const end = await fleet.end(scavenger.job_id);
    expect(end).toMatchObject({ state: 'completed', attempt: 2, preemptions: 1 });
    expect(Buffer.from(await fleet.client().jobLogs({ params: { job_id: scavenger.job_id } })).toString()).toBe('half\n');
  });

  test('one that does not listen is ended after its grace; a normal job gives way to nobody of its class', async () => {
    const mark = join(fleet.folder, 'first-life');
    const deaf = `[ -e "${mark}" ] && exit 0; touch "${mark}"; trap '' TERM; while :; do sleep 0.1; done`;
    const scavenger = await fleet.sh(deaf, { cpus: 4, class: 'scavenger', grace_ms: 300 });
    await waitFor('its first life', () => (existsSync(mark) ? true : undefined));
    const gate = fleet.gate();
    const normal = await fleet.sh(gate.wait, { cpus: 4 });
    await fleet.jobIs(normal.job_id, 'running');
    const peer = await fleet.sh('true', { cpus: 4 });
    const why = await fleet.client().jobWhy({ params: { job_id: peer.job_id } });
    expect(why).toMatchObject({ kind: 'resources', job_id: peer.job_id });
    gate.open();
    for (const { job_id } of [normal, peer, scavenger]) expect((await fleet.end(job_id)).state).toBe('completed');
    expect(await fleet.jobIs(scavenger.job_id, 'completed')).toMatchObject({ preemptions: 1, attempt: 2 });
  });
});
