import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Client, Job } from '@weir/contract';
import { ClusterStore } from '../support/cluster-store.ts';
import { waitFor } from '../support/wait.ts';
import { WeirFleet, type FleetProcess } from '../support/weir-fleet.ts';

describe('two hosts on one store', () => {
  let fleet: WeirFleet;
  let store: ClusterStore;

  beforeAll(async () => {
    store = await ClusterStore.start();
    // Nodes of a host that dies have time to find the other one.
    fleet = await WeirFleet.start({ ...store.env, WEIR_NODE_LOST_AFTER_MS: '15000' }, 2);
    await fleet.addNode('a', { cpus: 8 });
    await fleet.addNode('b', { cpus: 8 });
  }, 180_000);
  afterAll(async () => {
    await fleet.destroy();
    await store.stop();
  });

  const host = (place: number): FleetProcess => {
    const found = fleet.hosts[place];
    if (found === undefined) throw new Error(`there is no host ${place}`);
    return found;
  };
  const each = <T>(look: (client: Client) => Promise<T>) => Promise.all(fleet.hosts.map((one) => look(fleet.client(one))));
  /** The host that schedules, by what the hosts say of themselves. */
  const leader = () =>
    waitFor('a leader', async () => {
      for (const one of fleet.hosts.filter(({ isRunning }) => isRunning)) {
        const answer = await fetch(`${fleet.url(one)}/api/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
        const health = (await answer?.json()) as { leader?: boolean } | undefined;
        if (health?.leader === true) return one;
      }
      return undefined;
    });
  const other = (than: FleetProcess) => (than === host(0) ? host(1) : host(0));
  const endAt = (client: Client, id: number) =>
    waitFor(`job ${id} to end`, async () => {
      const job = await client.jobShow({ params: { job_id: id }, query: { wait_ms: 2_000 } }).catch(() => undefined);
      return job === undefined || job.ended_at === null ? undefined : job;
    });
  const body = (line: string) => ({ body: { command: ['sh', '-c', line], env: { WEIR_FLEET: fleet.folder } } });

  test('either takes a job, shows it, gives its output and ends it, wherever its node is connected', async () => {
    const jobs = await each((client) => client.jobCreate(body('echo from a node')));
    for (const job of jobs) {
      for (const one of fleet.hosts) {
        const client = fleet.client(one);
        expect((await endAt(client, job.job_id)).state).toBe('completed');
        expect(Buffer.from(await client.jobLogs({ params: { job_id: job.job_id } })).toString()).toBe('from a node\n');
      }
    }
    const running = await each((client) => client.jobCreate(body('sleep 600')));
    await Promise.all(running.map(({ job_id }) => fleet.jobIs(job_id, 'running')));
    const reversed = [...running].reverse();
    await Promise.all(fleet.hosts.map((one, place) => fleet.client(one).jobCancel({ params: { job_id: reversed[place]?.job_id ?? 0 } })));
    for (const { job_id } of running) expect((await fleet.end(job_id)).state).toBe('cancelled');
  });

  afterEach(() => {
    for (const one of fleet.hosts) one.signal('SIGCONT');
  });

  test('the one that schedules is killed: the other goes on, and every job runs once', async () => {
    const first = await leader();
    const standby = other(first);
    const client = fleet.client(standby);
    const jobs: Job[] = [];
    for (let count = 0; count < 40; count += 1)
      jobs.push(await client.jobCreate(body(`echo once >> ${fleet.folder}/ran-$WEIR_JOB_ID; sleep 0.2`)));
    await first.end('SIGKILL');
    for (let count = 0; count < 20; count += 1) jobs.push(await client.jobCreate(body(`echo once >> ${fleet.folder}/ran-$WEIR_JOB_ID`)));
    const ends = await Promise.all(jobs.map(({ job_id }) => endAt(client, job_id)));
    expect(new Set(ends.map(({ state, attempt }) => `${state} ${attempt}`))).toEqual(new Set(['completed 1']));
    expect(await leader()).toBe(standby);
    first.start();
    await fleet.hostReady(first);
  });

  test('the one that schedules is frozen and thaws: what it still wants changes nothing', async () => {
    const first = await leader();
    const standby = other(first);
    first.signal('SIGSTOP');
    const client = fleet.client(standby);
    const job = await client.jobCreate(body('echo ran'));
    expect((await endAt(client, job.job_id)).state).toBe('completed');
    first.signal('SIGCONT');
    const after = await Promise.all(Array.from({ length: 20 }, () => client.jobCreate(body('true'))));
    for (const { job_id } of after) expect(await endAt(client, job_id)).toMatchObject({ state: 'completed', attempt: 1 });
    expect(await leader()).toBe(standby);
  });

  test('Redis emptied and killed changes no outcome; its keys come back', async () => {
    const client = fleet.client(host(0));
    const jobs = await Promise.all(Array.from({ length: 10 }, () => client.jobCreate(body('sleep 1'))));
    await store.redis('FLUSHALL');
    await store.killRedis();
    const more = await Promise.all(Array.from({ length: 10 }, () => fleet.client(host(1)).jobCreate(body('true'))));
    for (const { job_id } of [...jobs, ...more]) expect((await endAt(client, job_id)).state).toBe('completed');
    await store.startRedis();
    await waitFor('the registry to be filled', async () => ((await store.redis('EXISTS', 'worker:a')) === 1 ? true : undefined));
    await waitFor('nothing to be allocated', async () =>
      (await store.redis('GET', 'resource:allocated_cpus')) === '0' ? true : undefined,
    );
  });

  test('without PostgreSQL the API says so, jobs go on, and their results arrive afterwards', async () => {
    const client = fleet.client(host(0));
    const jobs = await Promise.all([0, 3, 0, 4].map((code) => client.jobCreate(body(`sleep 2; exit ${code}`))));
    await Promise.all(jobs.map(({ job_id }) => fleet.jobIs(job_id, 'running')));
    await store.stopPostgres();
    await waitFor('a refusal', async () => {
      const error: unknown = await client.jobCreate(body('true')).then(
        () => undefined,
        (refusal: unknown) => refusal,
      );
      return error instanceof Error && 'code' in error && error.code === 'store_unavailable' ? true : undefined;
    });
    await waitFor('the programs to end', () => (jobs.every(({ job_id }) => fleet.processesOf(job_id).length === 0) ? true : undefined));
    await store.startPostgres();
    const ends = await Promise.all(jobs.map(({ job_id }) => endAt(client, job_id)));
    expect(ends.map(({ exit_code, attempt }) => `${exit_code ?? 'none'} ${attempt}`)).toEqual(['0 1', '3 1', '0 1', '4 1']);
  });
});
