import { afterAll, beforeAll, expect, test } from 'vitest';
import { WeirFleet } from '../support/weir-fleet.ts';
import { waitFor } from '../support/wait.ts';
import { describeOnEachStore } from '../support/on-each-store.ts';

describeOnEachStore('a fleet of a few nodes', (store) => {
  let fleet: WeirFleet;

  beforeAll(async () => {
    fleet = await WeirFleet.start(store());
  }, 120_000);
  afterAll(() => fleet.destroy());

  const totals = async () => {
    const { nodes } = await fleet.client().nodeList();
    const online = nodes.filter((node) => node.state === 'online');
    return online.reduce((sum, node) => sum + node.cpus, 0);
  };

  test('without a node a job waits and says so; nodes start it when they come, in order', async () => {
    const jobs = [await fleet.sh('echo one'), await fleet.sh('echo two'), await fleet.sh('echo three')];
    expect(await fleet.jobIs(jobs[0]?.job_id ?? 0, 'pending')).toMatchObject({ reason: expect.stringMatching(/no node/) as string });
    await fleet.addNode('a', { cpus: 1 });
    const ends = await Promise.all(jobs.map(({ job_id }) => fleet.end(job_id)));
    expect(ends.map(({ state }) => state)).toEqual(['completed', 'completed', 'completed']);
    const starts = ends.map(({ started_at }) => started_at ?? '');
    expect(starts).toEqual([...starts].sort());
  });

  test('capacity follows the nodes that are there: joined, stopped cleanly, killed', async () => {
    await fleet.addNode('big', { cpus: 96 });
    expect(await totals()).toBe(97);
    await fleet.addNode('other', { cpus: 96 });
    expect(await totals()).toBe(193);
    await fleet.node('other').end('SIGTERM');
    await waitFor('a stopped node to leave at once', async () => ((await totals()) === 97 ? true : undefined), 5_000);
    await fleet.node('big').end('SIGKILL');
    await waitFor('a killed node to leave', async () => ((await totals()) === 1 ? true : undefined), 20_000);
    fleet.node('big').start();
    fleet.node('other').start();
    await waitFor('both to be back', async () => ((await totals()) === 193 ? true : undefined), 30_000);
  });

  test('a program gets its arguments byte for byte, and its two outputs stay apart', async () => {
    const odd = ['a b', `"q" 'q'`, '$HOME;`id`', 'line\nbreak', '漢字 é', '{x} %s', ''];
    const job = await fleet.submit({ command: ['sh', '-c', 'printf "%s\\0" "$@"; echo err >&2', 'sh', ...odd] });
    await fleet.end(job.job_id);
    const read = async (stream: 'stdout' | 'stderr') =>
      Buffer.from(await fleet.client().jobLogs({ params: { job_id: job.job_id }, query: { stream } })).toString('utf8');
    expect(await read('stdout')).toBe(odd.map((text) => `${text}\0`).join(''));
    expect(await read('stderr')).toBe('err\n');
  });

  test('four jobs of two CPUs share eight CPUs and take the time of one', async () => {
    await fleet.addNode('eight', { cpus: 8, labels: 'room=eight' });
    const jobs = await Promise.all([1, 2, 3, 4].map(() => fleet.sh('sleep 2', { cpus: 2, labels: { room: 'eight' } })));
    const ends = await Promise.all(jobs.map(({ job_id }) => fleet.end(job_id)));
    const starts = ends.map(({ started_at }) => Date.parse(started_at ?? ''));
    const firstEnd = Math.min(...ends.map(({ ended_at }) => Date.parse(ended_at ?? '')));
    expect(Math.max(...starts)).toBeLessThan(firstEnd);
  });

  test('targets make a batch, one job each, at the place asked for; what cannot be is told', async () => {
    const batch = await fleet.client().batchCreate({
      body: { job: { command: ['sh', '-c', 'echo $WEIR_NODE'] }, targets: [{ node: 'big' }, { node: 'eight' }, { node: 'nowhere' }] },
    });
    expect(batch.jobs.map(({ batch_id }) => batch_id)).toEqual([batch.batch_id, batch.batch_id]);
    expect(batch.refused).toMatchObject([{ index: 2, target: { node: 'nowhere' }, code: 'node_not_found' }]);
    const ends = await Promise.all(batch.jobs.map(({ job_id }) => fleet.end(job_id)));
    expect(ends.map(({ node }) => node)).toEqual(['big', 'eight']);
  });

  test('what no node could ever hold is refused with the reason, unless it may wait for such a node', async () => {
    await expect(fleet.sh('true', { cpus: 128 })).rejects.toMatchObject({ code: 'resources_never_fit' });
    const held = await fleet.sh('true', { cpus: 128, hold: true });
    expect(await fleet.jobIs(held.job_id, 'pending')).toMatchObject({ reason: expect.stringMatching(/128/) as string });
    await fleet.addNode('huge', { cpus: 128 });
    expect(await fleet.end(held.job_id)).toMatchObject({ state: 'completed', node: 'huge' });
  });

  test('a gang starts on all its nodes together, each with its rank and the way to the first', async () => {
    const line =
      'echo "$WEIR_NODE_RANK/$WEIR_NNODES $WEIR_NODES $MASTER_ADDR:$MASTER_PORT"; [ "$WEIR_NODE" = "${WEIR_NODES%%,*}" ] || test "$WEIR_NODE_RANK" = 1';
    const job = await fleet.sh(line, { nodes: 2, cpus: 8 });
    const end = await fleet.end(job.job_id);
    expect(end.state).toBe('completed');
    expect(end.members.map(({ rank }) => rank)).toEqual([0, 1]);
    expect(new Set(end.members.map(({ node }) => node)).size).toBe(2);
    const text = Buffer.from(await fleet.client().jobLogs({ params: { job_id: job.job_id } })).toString('utf8');
    expect(text).toMatch(/^0\/2 \w+,\w+ [\w.]+:\d+\n$/);
  });

  test('an array runs every index once, no more of them at a time than it allows', async () => {
    const job = await fleet.sh('echo "task $WEIR_ARRAY_INDEX"; sleep 0.3', { array: '1-7:2%2', cpus: 1 });
    const end = await fleet.end(job.job_id);
    expect(end).toMatchObject({ state: 'completed', array: { tasks: 4, waiting: 0, completed: 4 } });
    const { jobs } = await fleet.client().jobList({ query: { array_id: job.job_id } });
    expect(jobs.map(({ array_index }) => array_index).sort()).toEqual([1, 3, 5, 7]);
    const moments = jobs.flatMap((task) => [
      { at: Date.parse(task.started_at ?? ''), change: 1 },
      { at: Date.parse(task.ended_at ?? ''), change: -1 },
    ]);
    let active = 0;
    const most = Math.max(
      ...moments.sort((left, right) => left.at - right.at || left.change - right.change).map(({ change }) => (active += change)),
    );
    expect(most).toBeLessThanOrEqual(2);
  });

  test('dependencies hold a job back until they are met, and end it when they never can be', async () => {
    const good = await fleet.sh('sleep 0.5');
    const bad = await fleet.sh('exit 3');
    const after = await fleet.sh('true', { depends: [{ kind: 'afterok', job_id: good.job_id }] });
    const never = await fleet.sh('true', { depends: [{ kind: 'afterok', job_id: bad.job_id }] });
    const anyway = await fleet.sh('true', { depends: [{ kind: 'afternotok', job_id: bad.job_id }] });
    const [first, second] = [await fleet.end(good.job_id), await fleet.end(after.job_id)];
    expect(Date.parse(second.started_at ?? '')).toBeGreaterThanOrEqual(Date.parse(first.ended_at ?? ''));
    expect(await fleet.end(never.job_id)).toMatchObject({ state: 'cancelled', started_at: null });
    expect(await fleet.end(anyway.job_id)).toMatchObject({ state: 'completed' });
  });
});
