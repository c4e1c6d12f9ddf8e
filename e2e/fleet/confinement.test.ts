import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, type Client, type Job } from '@weir/contract';
import { describeOnEachStore } from '../support/on-each-store.ts';
import { waitFor } from '../support/wait.ts';
import { WeirFleet } from '../support/weir-fleet.ts';

const SECRET = 'must-not-leak';

describeOnEachStore('what a job cannot do', (store) => {
  let fleet: WeirFleet;
  let user: Client;
  let workdir = '';

  beforeAll(async () => {
    if (process.getuid?.() !== 0) throw new Error('jobs run as their users only where the runner is root');
    const services = { SECRET_OF_THE_SERVICE: SECRET, POSTGRES_PASSWORD: SECRET, WEIR_TOKEN: SECRET };
    fleet = await WeirFleet.start({ ...store(), SECRET_OF_THE_SERVICE: SECRET });
    await fleet.addNode('plain', { cpus: 4, env: services });
    await fleet.addNode('users', { cpus: 4, env: { ...services, WEIR_RUN_AS_USER: '1' } });
    // Whoever knows the way may look for what is readable.
    chmodSync(fleet.folder, 0o755);
    await fleet.client().userCreate({ body: { name: 'nobody' } });
    const { secret } = await fleet.client().tokenCreate({ body: { kind: 'user', user: 'nobody' } });
    user = createClient({ url: fleet.url(), token: secret });
    workdir = mkdtempSync(join(tmpdir(), 'weir-confined-'));
    chmodSync(workdir, 0o777);
  }, 120_000);
  afterAll(async () => {
    await fleet.destroy();
    rmSync(workdir, { recursive: true });
  });

  const asNobody = (line: string, rest: object = {}): Promise<Job> =>
    user.jobCreate({
      body: { command: ['sh', '-c', line], target: { node: 'users' }, env: { WEIR_FLEET: fleet.folder }, ...rest },
    });
  const outputOf = async ({ job_id }: Job) => {
    await fleet.end(job_id);
    return fleet.text(job_id);
  };

  test.each(['plain', 'users'])('it sees nothing of the environment of the services on node %s', async (node) => {
    const job = await user.jobCreate({ body: { command: ['env'], target: { node }, env: { MINE: 'yes', WEIR_FLEET: fleet.folder } } });
    const output = await outputOf(job);
    const { job_id } = job;
    for (const line of ['MINE=yes', `HAKURIVER_TASK_ID=${job_id}`, `WEIR_NODE=${node}`]) expect(output).toContain(`${line}\n`);
    expect(output).not.toContain(SECRET);
    expect(output).not.toMatch(/TOKEN|WEIR_HOME|WEIR_HOST|WEIR_STORE|WEIR_REDIS|PASSWORD/);
  });

  test('as a user of its own it reads no credential, no store, no script and no output of others', async () => {
    const host = fleet.hosts[0]?.home ?? '';
    const node = fleet.node('users').home;
    const gate = fleet.gate();
    const neighbour = await fleet.submit({ script: `#!/bin/sh\n${gate.wait}\n`, target: { node: 'plain' } });
    await fleet.jobIs(neighbour.job_id, 'running');
    const files = [`${host}/credential`, `${host}/run/node-token`, `${host}/run/host.json`, `${host}/weir.db`, `${node}/run/node-token`];
    expect(files.filter((file) => existsSync(file))).toEqual(expect.arrayContaining([files[0], files[2], files[4]]));
    const { pid } = JSON.parse(readFileSync(join(node, 'run', 'runner.json'), 'utf8')) as { pid: number };
    const tries = [...files, `/proc/${pid}/environ`, `${fleet.node('plain').home}/node/attempts/${neighbour.job_id}.1/script`].map(
      (file) => `cat '${file}'`,
    );
    const lists = [node, `${host}/run`, `${node}/run`, `${node}/node/jobs`].map((folder) => `ls '${folder}'`);
    const line = [...tries, ...lists].map((one) => `(${one}) 2>/dev/null && echo "could: ${one}"`).join('; ');
    expect(await outputOf(await asNobody(`${line}; id -un`))).toBe('nobody\n');
    gate.open();
    await fleet.end(neighbour.job_id);
  });

  test('it finds the host and is nobody there', async () => {
    const { hostname, port } = new URL(fleet.url());
    const ask = (method: string, path: string) =>
      `perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new("${hostname}:${port}") or die; print $s "${method} ${path} HTTP/1.0\\r\\n\\r\\n"; print scalar <$s>'`;
    const line = [ask('GET', '/api/jobs'), ask('POST', '/api/jobs'), ask('GET', '/api/nodes'), ask('POST', '/jobs/cancel/1')].join('; ');
    const answers = (await outputOf(await asNobody(line))).trim().split('\n');
    expect(answers.map((answer) => answer.split(' ')[1])).toEqual(['401', '401', '401', '401']);
  });

  test('its script is a file for its user alone', async () => {
    const script = '#!/bin/sh\nstat -c "%a %U" "$0"; stat -c "%a" "$(dirname "$0")"\n';
    const body = { script, target: { node: 'users' }, env: { WEIR_FLEET: fleet.folder } };
    expect(await outputOf(await user.jobCreate({ body }))).toMatch(/^[57]00 nobody\n7[01][01]\n$/);
    const plain = await fleet.submit({ script, target: { node: 'plain' } });
    expect(await outputOf(plain)).toBe('700 root\n700\n');
  });

  test('its output goes where its user may write, however the way there is changed', async () => {
    const outside = join(fleet.folder, 'outside');
    const juggle = `while :; do rm -rf out; ln -s '${fleet.folder}' out 2>/dev/null; rm -rf out; mkdir out 2>/dev/null; done`;
    const juggler = await asNobody(juggle, { workdir });
    await fleet.jobIs(juggler.job_id, 'running');
    const jobs = await Promise.all(Array.from({ length: 30 }, () => asNobody('echo x', { workdir, stdout: 'out/outside', cpus: 0 })));
    const asRoot = await Promise.all(
      Array.from({ length: 30 }, () => fleet.sh('echo x', { workdir, stdout: 'out/outside', cpus: 0, target: { node: 'plain' } })),
    );
    for (const { job_id } of [...jobs, ...asRoot]) await fleet.end(job_id);
    expect(existsSync(outside)).toBe(false);
    await user.jobCancel({ params: { job_id: juggler.job_id } });
    await waitFor('its end', async () => (await fleet.end(juggler.job_id)).state === 'cancelled' || undefined);
    const held = await asNobody('echo x', { workdir, stdout: 'good/%j.out' });
    expect(await fleet.end(held.job_id)).toMatchObject({ state: 'completed' });
    expect(statSync(join(workdir, 'good', `${held.job_id}.out`)).uid).not.toBe(0);
  });

  test('nor is a job of one user there for another, and who did what is written down', async () => {
    const mine = await fleet.sh('true');
    await fleet.end(mine.job_id);
    await expect(user.jobShow({ params: { job_id: mine.job_id } })).rejects.toMatchObject({ code: 'job_not_found' });
    await expect(user.jobCancel({ params: { job_id: mine.job_id } })).rejects.toMatchObject({ code: 'job_not_found' });
    await expect(user.jobCreate({ body: { command: ['true'], account: 'root' } })).rejects.toMatchObject({ code: 'forbidden' });
    const theirs = await asNobody('sleep 600');
    await user.jobCancel({ params: { job_id: theirs.job_id } });
    await fleet.end(theirs.job_id);
    const { entries } = await fleet.client().auditList({ query: { subject: `job:${theirs.job_id}` } });
    expect(entries.map(({ action, actor }) => `${actor} ${action}`)).toEqual(['nobody job.cancel', 'nobody job.submit']);
  });
});
