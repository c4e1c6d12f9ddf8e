import { afterAll, beforeAll, expect, test } from 'vitest';
import { listProcessesWith } from '../support/job-processes.ts';
import { describeOnEachStore } from '../support/on-each-store.ts';
import { WeirFleet } from '../support/weir-fleet.ts';
import { waitFor } from '../support/wait.ts';

describeOnEachStore('when something dies', (store) => {
  let fleet: WeirFleet;

  beforeAll(async () => {
    fleet = await WeirFleet.start(store());
    await fleet.addNode('a', { cpus: 8 });
    await fleet.addNode('b', { cpus: 8 });
  }, 120_000);
  afterAll(() => fleet.destroy());

  const allocated = async () => {
    const { nodes } = await fleet.client().nodeList();
    return nodes.reduce((sum, node) => sum + node.cpus_allocated, 0);
  };
  const host = () => {
    const [first] = fleet.hosts;
    if (first === undefined) throw new Error('there is no host');
    return first;
  };

  test('twenty jobs that end while the host is dead have their true ends when it is back, and hold nothing', async () => {
    const codes = Array.from({ length: 20 }, (_, index) => index % 4);
    const gate = fleet.gate();
    const jobs = await Promise.all(codes.map((code) => fleet.sh(`${gate.wait}; exit ${code}`, { cpus: 0 })));
    await Promise.all(jobs.map(({ job_id }) => fleet.jobIs(job_id, 'running')));
    await host().end('SIGKILL');
    gate.open();
    await waitFor('all programs to end', () => (jobs.every(({ job_id }) => fleet.processesOf(job_id).length === 0) ? true : undefined));
    host().start();
    await fleet.hostReady(host());
    const ends = await Promise.all(jobs.map(({ job_id }) => fleet.end(job_id)));
    expect(ends.map(({ exit_code }) => exit_code)).toEqual(codes);
    expect(await allocated()).toBe(0);
  });

  test('a runner that is killed finds its job again; the exit code is the program’s own', async () => {
    const gate = fleet.gate();
    const job = await fleet.sh(`${gate.wait}; exit 5`, { target: { node: 'a' } });
    await fleet.jobIs(job.job_id, 'running');
    await fleet.node('a').end('SIGKILL');
    gate.open();
    fleet.node('a').start();
    expect(await fleet.end(job.job_id)).toMatchObject({ state: 'failed', exit_code: 5, attempt: 1 });
  });

  test('a runner frozen beyond its lease loses its jobs; back again it stops what was superseded and takes new ones', async () => {
    const lost = await fleet.sh('sleep 60; echo never', { target: { node: 'a' } });
    const gate = fleet.gate();
    const again = await fleet.sh(gate.wait, { requeue: true, target: { node: 'a' } });
    await Promise.all([fleet.jobIs(lost.job_id, 'running'), fleet.jobIs(again.job_id, 'running')]);
    fleet.node('a').signal('SIGSTOP');
    await fleet.nodeIs('a', 'lost');
    expect(await fleet.jobIs(lost.job_id, 'lost')).toMatchObject({ reason: expect.stringMatching(/node/) as string });
    expect(await fleet.jobIs(again.job_id, 'pending')).toMatchObject({ attempt: 1 });
    fleet.node('a').signal('SIGCONT');
    gate.open();
    await fleet.nodeIs('a', 'online');
    await waitFor('what was superseded to be gone', () => (fleet.processesOf(lost.job_id).length === 0 ? true : undefined));
    expect(await fleet.end(again.job_id)).toMatchObject({ state: 'completed', attempt: 2 });
    expect(await fleet.jobIs(lost.job_id, 'lost')).toMatchObject({ attempt: 1 });
  });

  test('a node removed by force ends what it runs, and what asked for it runs again elsewhere', async () => {
    await fleet.addNode('c', { cpus: 4 });
    for (const name of ['a', 'b']) await fleet.client().nodeDrain({ params: { name }, body: {} });
    const gate = fleet.gate();
    const lost = await fleet.sh('trap "" TERM; while :; do sleep 0.1; done');
    const again = await fleet.sh(gate.wait, { requeue: true });
    await Promise.all([lost, again].map(({ job_id }) => fleet.jobIs(job_id, 'running')));
    for (const name of ['a', 'b']) await fleet.client().nodeResume({ params: { name } });
    await fleet.client().nodeRemove({ params: { name: 'c' }, query: { force: 'true' } });
    expect(await fleet.jobIs(lost.job_id, 'lost')).toMatchObject({ reason: 'its node was removed by force' });
    for (const { job_id: id } of [lost, again]) {
      const first = [`WEIR_FLEET=${fleet.folder}`, `WEIR_JOB_ID=${id}`, 'WEIR_ATTEMPT=1'];
      await waitFor('the removed node to have ended all', () => (listProcessesWith(first).length === 0 ? true : undefined));
    }
    expect(await fleet.jobIs(again.job_id, 'running')).toMatchObject({ attempt: 2 });
    gate.open();
    expect(await fleet.end(again.job_id)).toMatchObject({ state: 'completed', attempt: 2 });
  }, 60_000);

  test('a node whose token is revoked ends what it runs when it is lost to the host', async () => {
    await fleet.addNode('d', { cpus: 4 });
    const job = await fleet.sh('sleep 600', { target: { node: 'd' } });
    await fleet.jobIs(job.job_id, 'running');
    const { tokens } = await fleet.client().tokenList();
    const token = tokens.find(({ kind, subject }) => kind === 'node' && subject === 'd');
    await fleet.client().tokenRevoke({ params: { id: token?.id ?? 0 } });
    expect(await fleet.jobIs(job.job_id, 'lost')).toMatchObject({ reason: 'its node stopped answering' });
    await waitFor('its process to be gone', () => (fleet.processesOf(job.job_id).length === 0 ? true : undefined));
    expect(fleet.node('d').output()).toMatch(/refuse this node .*: ending all its attempts/);
  }, 60_000);

  test('host and runner killed together: the job goes on and is recorded', async () => {
    const gate = fleet.gate();
    const job = await fleet.sh(`${gate.wait}; exit 7`, { target: { node: 'b' } });
    await fleet.jobIs(job.job_id, 'running');
    await Promise.all([host().end('SIGKILL'), fleet.node('b').end('SIGKILL')]);
    gate.open();
    host().start();
    await fleet.hostReady(host());
    fleet.node('b').start();
    expect(await fleet.end(job.job_id)).toMatchObject({ exit_code: 7, attempt: 1 });
  });

  test('a runner that starts before its host connects when the host is there', async () => {
    await Promise.all([host().end('SIGKILL'), fleet.node('a').end('SIGKILL')]);
    fleet.node('a').start();
    await waitFor('the runner to have tried in vain', () =>
      /cannot be reached|no host answers/.test(fleet.node('a').output()) ? true : undefined,
    );
    host().start();
    await fleet.hostReady(host());
    await fleet.nodeIs('a', 'online');
  });

  test('cancel holds in every state: waiting, starting, running with TERM ignored, paused', async () => {
    const blocker = await fleet.sh('sleep 600', { exclusive: true, target: { node: 'b' } });
    await fleet.jobIs(blocker.job_id, 'running');
    const waiting = await fleet.sh('echo never', { target: { node: 'b' } });
    const client = fleet.client();
    await client.jobCancel({ params: { job_id: waiting.job_id } });
    expect(await fleet.jobIs(waiting.job_id, 'cancelled')).toMatchObject({ started_at: null });
    const stubborn = await fleet.sh(`trap '' TERM; while :; do sleep 1; done`, { grace_ms: 500, target: { node: 'a' } });
    await fleet.jobIs(stubborn.job_id, 'running');
    await client.jobCancel({ params: { job_id: stubborn.job_id } });
    await client.jobCancel({ params: { job_id: stubborn.job_id } });
    expect(await fleet.end(stubborn.job_id)).toMatchObject({ state: 'cancelled' });
    expect(fleet.processesOf(stubborn.job_id)).toEqual([]);
    await client.jobPause({ params: { job_id: blocker.job_id } });
    await fleet.jobIs(blocker.job_id, 'paused');
    await client.jobCancel({ params: { job_id: blocker.job_id } });
    expect(await fleet.end(blocker.job_id)).toMatchObject({ state: 'cancelled' });
    expect(fleet.processesOf(blocker.job_id)).toEqual([]);
    expect(await allocated()).toBe(0);
    await expect(client.jobCancel({ params: { job_id: 999_999 } })).rejects.toMatchObject({ code: 'job_not_found' });
  });

  test('a paused job keeps what it holds and stays paused over a restart of its runner', async () => {
    const gate = fleet.gate();
    const job = await fleet.sh(gate.wait, { cpus: 3, target: { node: 'a' } });
    await fleet.jobIs(job.job_id, 'running');
    await fleet.client().jobPause({ params: { job_id: job.job_id } });
    await fleet.jobIs(job.job_id, 'paused');
    await fleet.node('a').end('SIGKILL');
    fleet.node('a').start();
    await fleet.nodeIs('a', 'online');
    expect(await fleet.jobIs(job.job_id, 'paused')).toMatchObject({ attempt: 1 });
    expect(await allocated()).toBe(3);
    gate.open();
    await fleet.client().jobResume({ params: { job_id: job.job_id } });
    expect(await fleet.end(job.job_id)).toMatchObject({ state: 'completed' });
  });

  test('a drained node ends what it has and takes nothing more until it is resumed', async () => {
    const gate = fleet.gate();
    const running = await fleet.sh(gate.wait, { target: { node: 'a' } });
    await fleet.jobIs(running.job_id, 'running');
    await fleet.client().nodeDrain({ params: { name: 'a' }, body: { reason: 'new disk' } });
    const next = await fleet.sh('true', { target: { node: 'a' } });
    gate.open();
    expect(await fleet.end(running.job_id)).toMatchObject({ state: 'completed' });
    expect(await fleet.jobIs(next.job_id, 'pending')).toMatchObject({ state: 'pending' });
    await fleet.client().nodeResume({ params: { name: 'a' } });
    expect(await fleet.end(next.job_id)).toMatchObject({ state: 'completed', node: 'a' });
  });

  test('a time limit is kept to the second and ends the whole tree, TERM-immune and double-forked children too', async () => {
    const tree = `trap '' TERM; (trap '' TERM; setsid sh -c "trap '' TERM; sleep 600 & wait" &) ; sleep 600 & wait`;
    const job = await fleet.sh(tree, { time_limit_ms: 2_000, grace_ms: 300 });
    const end = await fleet.end(job.job_id);
    expect(end).toMatchObject({ state: 'timed_out', reason: 'ran into its time limit' });
    const tookMs = Date.parse(end.ended_at ?? '') - Date.parse(end.started_at ?? '');
    expect(tookMs).toBeGreaterThanOrEqual(2_000);
    expect(fleet.processesOf(job.job_id)).toEqual([]);
  });
});
