import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConductorDashboard, ConductorQuery, HakuriverTask } from '@weir/contract';
import { describeOnEachStore } from '../support/on-each-store.ts';
import { waitFor } from '../support/wait.ts';
import { WeirFleet } from '../support/weir-fleet.ts';

describeOnEachStore('clients of the systems that came before, with real programs', (store) => {
  let fleet: WeirFleet;

  beforeAll(async () => {
    fleet = await WeirFleet.start(store());
    await fleet.addNode('a', { cpus: 4, env: { WEIR_LOCAL_TEMP_DIR: '/var/tmp', WEIR_SHARED_DIR: '/srv' } });
  }, 120_000);
  afterAll(() => fleet.destroy());

  async function ask<T>(path: string, body?: object): Promise<{ status: number; answer: T }> {
    const headers = { authorization: `Bearer ${fleet.token()}`, 'content-type': 'application/json' };
    const init = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${fleet.url()}${path}`, init);
    return { status: response.status, answer: (await response.json()) as T };
  }
  const submit = async (body: object, path = '/jobs/submit') => {
    const { status, answer } = await ask<{ job_id: string }>(path, body);
    expect(status).toBe(201);
    return answer.job_id;
  };
  const query = async (id: string) => (await ask<ConductorQuery>(`/jobs/query/${id}`)).answer;
  const queryIn = (id: string, ...states: string[]) =>
    waitFor(`job ${id} to be ${states.join(' or ')}`, async () =>
      ((job) => (states.includes(job.state) ? job : undefined))(await query(id)),
    );
  const ENDS = ['COMPLETED', 'FAILED', 'CANCELLED'];
  const environment = () => ({ WEIR_FLEET: fleet.folder });

  test('conductor’s hello: an id, then PENDING, RUNNING, COMPLETED, 0:0, its text, and every CPU is free again', async () => {
    const gate = fleet.gate();
    const job = { name: 'hello', account: 'default', cpus_per_task: 2, ntasks_per_node: 2, time_limit: '10', environment: environment() };
    const id = await submit({ job, script: `#!/bin/sh\necho hello\n${gate.wait}\n` });
    expect(await query(id)).toMatchObject({ state: expect.stringMatching(/PENDING|RUNNING/) as string });
    await queryIn(id, 'RUNNING');
    expect((await ask<ConductorDashboard>('/dashboard')).answer.resource_stats).toMatchObject({ total_cpus: 4, allocated_cpus: 4 });
    gate.open();
    expect(await queryIn(id, ...ENDS)).toMatchObject({
      state: 'COMPLETED',
      job_log: { stdout: 'hello\n', stderr: '' },
      detail: { exit_code: '0:0' },
    });
    expect((await ask<ConductorDashboard>('/dashboard')).answer.resource_stats).toMatchObject({ allocated_cpus: 0 });
  });

  test.each([
    ['/api/v1/jobs', { job: { name: 'b' }, script: 'echo $0' }],
    ['/api/v1/jobs/submit', { script: 'echo flat', cpus: 2, time_limit: 10 }],
  ])('conductor’s other dialects at %s run as well', async (path, body) => {
    expect(await queryIn(await submit(body, path), ...ENDS)).toMatchObject({ state: 'COMPLETED', detail: { exit_code: '0:0' } });
  });

  test.each([
    ['exit 3', '3:0', /code 3/],
    ['kill -9 $$', '0:9', /signal 9/],
    ['exec /no/such/program', '127:0', /127/],
  ])('conductor’s failing script %j has exit code %s and says why', async (script, exitCode, message) => {
    expect(await queryIn(await submit({ script }), ...ENDS)).toMatchObject({
      state: 'FAILED',
      detail: { exit_code: exitCode },
      error_msg: expect.stringMatching(message) as string,
    });
  });

  test('conductor’s time limit of two seconds is kept; longer ones are told to the second', async () => {
    const id = await submit({ script: 'sleep 600', time_limit: '2s' });
    const end = await queryIn(id, ...ENDS);
    expect(end).toMatchObject({ state: 'FAILED', error_msg: 'ran into its time limit', detail: { exit_code: '-1:0' } });
    const tookMs = Date.parse(end.time.end_time ?? '') - Date.parse(end.time.start_time ?? '');
    expect(tookMs).toBeGreaterThanOrEqual(2_000);
    expect(tookMs).toBeLessThan(60_000);
    for (const [given, shown] of [
      ['90s', '0:01:30'],
      ['1:30:00', '1:30:00'],
      ['2-12:00:00', '2-12:00:00'],
    ] as const) {
      const waiting = await submit({ script: 'true', time_limit: given });
      expect((await query(waiting)).time.limit_time).toBe(shown);
    }
  });

  test('conductor’s cancel ends what waits and what runs, once and for good', async () => {
    const running = await submit({
      job: { cpus_per_task: 4, environment: environment() },
      script: `trap '' TERM\nwhile :; do sleep 1; done`,
    });
    await queryIn(running, 'RUNNING');
    const waiting = await submit({ script: `touch ${fleet.folder}/never`, cpus: 4 });
    for (const id of [waiting, running, waiting, running]) expect((await ask(`/jobs/cancel/${id}`, {})).status).toBe(200);
    expect(await queryIn(waiting, ...ENDS)).toMatchObject({ state: 'CANCELLED', time: { start_time: null } });
    expect(await queryIn(running, ...ENDS)).toMatchObject({ state: 'CANCELLED' });
    expect(fleet.processesOf(Number(running))).toEqual([]);
    expect((await ask('/jobs/cancel/999999', {})).status).toBe(404);
  }, 60_000);

  const task = async (body: object) => {
    const { status, answer } = await ask<{ task_ids: string[] }>('/submit', { env_vars: { WEIR_FLEET: fleet.folder, K: 'V W' }, ...body });
    expect(status).toBe(202);
    return answer.task_ids[0] ?? '';
  };
  const status = async (id: string) => (await ask<HakuriverTask>(`/status/${id}`)).answer;
  const ended = (id: string) =>
    waitFor(`task ${id} to end`, async () => ((now) => (now.completed_at === null ? undefined : now))(await status(id)));
  const output = async (id: string, stream: 'stdout' | 'stderr') => {
    const headers = { authorization: `Bearer ${fleet.token()}` };
    return (await fetch(`${fleet.url()}/task/${id}/${stream}`, { headers })).text();
  };

  test('HakuRiver’s line of a shell keeps both outputs and the exit code of the whole', async () => {
    const id = await task({ command: 'echo one; echo two >&2; printf "b\\na\\n" | sort; (exit 5)' });
    expect(await ended(id)).toMatchObject({ status: 'failed', exit_code: 5, assigned_node: 'a' });
    expect([await output(id, 'stdout'), await output(id, 'stderr')]).toEqual(['one\na\nb\n', 'two\n']);
  });

  test('HakuRiver’s arguments arrive byte for byte, and its variables are there', async () => {
    const odd = ['a b', `"q" 'q'`, '$HOME;`id`', 'line\nbreak', '漢字'];
    const id = await task({ command: 'printf', arguments: ['%s|', ...odd] });
    expect(await ended(id)).toMatchObject({ status: 'completed', exit_code: 0 });
    expect(await output(id, 'stdout')).toBe(odd.map((text) => `${text}|`).join(''));
    const names = await task({ command: 'echo "$K $HAKURIVER_TASK_ID $HAKURIVER_SHARED_DIR $HAKURIVER_LOCAL_TEMP_DIR"' });
    await ended(names);
    expect(await output(names, 'stdout')).toBe(`V W ${names} /srv /var/tmp\n`);
  });

  test.each([
    ['perl -e \'$x = "a" x 300_000_000; sleep 30\'', { required_memory_bytes: 64 * 1024 * 1024 }, { status: 'killed_oom' }],
    ['exit 9', {}, { status: 'failed', exit_code: 9 }],
  ])('HakuRiver’s %j ends in its words', async (command, more, expected) => {
    expect(await ended(await task({ command, ...more }))).toMatchObject(expected);
  });

  test('HakuRiver’s task that somebody kills from outside has failed with 137, which is no lack of memory', async () => {
    const id = await task({ command: 'exec sleep 600', required_memory_bytes: 64 * 1024 * 1024 });
    const [victim] = await waitFor('its process', () => {
      const found = fleet.processesOf(Number(id)).filter(({ command }) => command.startsWith('sleep'));
      return found.length > 0 ? found : undefined;
    });
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    expect(await ended(id)).toMatchObject({ status: 'failed', exit_code: 137 });
  });

  test('HakuRiver’s pause, resume and kill reach the program', async () => {
    const id = await task({ command: 'sleep 600' });
    const inState = (wanted: string) =>
      waitFor(`${id} to be ${wanted}`, async () => ((await status(id)).status === wanted ? true : undefined));
    await inState('running');
    expect((await ask(`/command/${id}/pause`, {})).status).toBe(200);
    await inState('paused');
    expect((await ask(`/command/${id}/resume`, {})).status).toBe(200);
    await inState('running');
    expect((await ask(`/kill/${id}`, {})).status).toBe(202);
    expect(await ended(id)).toMatchObject({ status: 'killed' });
    expect(fleet.processesOf(Number(id))).toEqual([]);
    expect((await ask(`/kill/${id}`, {})).status).toBe(409);
  });

  test('HakuRiver’s memory and CPUs are those of the control group', async () => {
    const bytes = 512 * 1024 * 1024;
    const line = [
      `read_of() { cat "/sys/fs/cgroup/$1$(sed -n "s/^[0-9]*:$2://p" /proc/self/cgroup)/$3"; }`,
      'if [ -e /sys/fs/cgroup/cgroup.controllers ]; then read_of "" "" memory.max; else read_of memory memory memory.limit_in_bytes; fi',
    ].join('; ');
    const id = await task({ command: line, required_cores: 2, required_memory_bytes: bytes });
    expect(await ended(id)).toMatchObject({ required_cores: 2, required_memory_bytes: bytes, status: 'completed' });
    expect(await output(id, 'stdout')).toBe(`${bytes}\n`);
    const nothing = await task({ command: line, required_cores: 0 });
    await ended(nothing);
    expect(await output(nothing, 'stdout')).not.toBe(`${bytes}\n`);
  });
});
