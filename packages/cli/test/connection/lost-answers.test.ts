import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { storeLogin } from '../../src/connection/logins.ts';
import { openLink, callUnderKey } from '../../src/connection/patience.ts';
import { FakeHost } from '../fake-host/fake-host.ts';
import { runWeir, startWeir } from '../run-weir.ts';
import { waitUntil } from '../up/wait-until.ts';

const WORKFLOW = '--model MMoE --experiment-id e --sample-sql q --infer-sql q --hive-table t'.split(' ');
const keysOf = (host: FakeHost) => host.calls.flatMap(({ idempotencyKey }) => idempotencyKey ?? []);

describe('a host that dies after it took a submit and before it answered', () => {
  test.each([
    ['a job', { operation: 'jobCreate', jobs: 1 }, ['job', 'submit', '--', 'hostname']],
    ['a batch', { operation: 'batchCreate', jobs: 2 }, ['job', 'submit', '--target', 'a', '--target', 'b', '--', 'hostname']],
    ['a sweep', { operation: 'batchCreate', jobs: 3 }, ['sweep', '--submit', 'echo', 'span:{1..3}']],
    ['a query', { operation: 'warehouseQuery', jobs: 1 }, ['warehouse', 'query', '--sql', 'select 1']],
  ] as const)('is asked again, and there is %s once', async (_, { operation, jobs }, words) => {
    await using host = await FakeHost.start();
    host.losses.push('dies');
    const weir = startWeir(words, host);
    await weir.wrote('stderr', 'trying again');
    await host.listen();
    await host.called(operation, 2);
    if (operation === 'warehouseQuery') {
      await host.called('jobShow');
      host.jobs.start(1);
      host.jobs.end(1);
    }
    expect((await weir.ended).code).toBe(0);
    expect([keysOf(host).length, new Set(keysOf(host)).size]).toEqual([2, 1]);
    expect(() => host.jobs.get(jobs + 1)).toThrow('there is no job');
    expect(host.jobs.get(jobs).job_id).toBe(jobs);
  });

  test('is asked again, and says once that it waits and once that it goes on', async () => {
    await using host = await FakeHost.start();
    host.losses.push('dies');
    const weir = startWeir(['workflow', 'submit', ...WORKFLOW], host);
    await weir.wrote('stderr', 'trying again');
    await host.listen();
    const { stdout, stderr, code } = await weir.ended;
    expect([stdout, code]).toEqual(['workflow 7 submitted\n', 0]);
    expect(stderr).toBe(
      `weir: no host answers at ${host.url}: start one with "weir up", or name another with --host; trying again (Ctrl-C stops waiting)\n` +
        'weir: back again, going on\nfollow it with: weir workflow logs 7 --follow\n',
    );
    expect(host.calls.filter(({ id }) => id === 'workflowCreate').map(({ idempotencyKey }) => idempotencyKey)).toEqual(keysOf(host));
    expect([keysOf(host).length, new Set(keysOf(host)).size]).toEqual([2, 1]);
  });

  test('is not waited for after Ctrl-C', async () => {
    await using host = await FakeHost.start();
    host.losses.push('dies');
    const weir = startWeir(['job', 'submit', '--', 'hostname'], host);
    await weir.wrote('stderr', 'trying again');
    weir.kill('SIGINT');
    expect(await weir.ended).toMatchObject({ signal: 'SIGINT', stdout: '' });
  });
});

test('a host whose store is away is asked again under the same key, without a word when that helps at once', async () => {
  await using host = await FakeHost.start();
  host.losses.push('store_unavailable', 'store_unavailable');
  expect(await runWeir(['job', 'submit', '--', 'hostname'], host)).toMatchObject({
    code: 0,
    stdout: 'job 1 submitted\n',
    stderr: 'follow it with: weir job logs 1 --follow\n',
  });
  expect([keysOf(host).length, new Set(keysOf(host)).size]).toEqual([3, 1]);
});

test('each submit has a key of its own', async () => {
  await using host = await FakeHost.start();
  for (const name of ['a', 'b']) await runWeir(['job', 'submit', '--name', name, '--', 'hostname'], host);
  expect(new Set(keysOf(host)).size).toBe(2);
  expect(host.jobs.get(2).name).toBe('b');
});

test('a host that is not reached is told at once', async () => {
  await using host = await FakeHost.start();
  await host.die();
  const { code, stderr } = await runWeir(['job', 'submit', '--', 'hostname'], host);
  expect([code, stderr]).toEqual([69, `weir: no host answers at ${host.url}: start one with "weir up", or name another with --host\n`]);
});

test('a refusal is told at once', async () => {
  await using host = await FakeHost.start();
  const { code } = await runWeir(['job', 'submit', '--host', host.url, '--', 'hostname'], {
    home: host.home,
    env: { WEIR_TOKEN: 'wrong' },
  });
  expect([code, host.calls.filter(({ id }) => id === 'jobCreate').length]).toEqual([77, 1]);
});

test('the request of a host that went away is never sent to another one', async () => {
  await using host = await FakeHost.start();
  await using other = await FakeHost.start();
  host.losses.push('dies');
  storeLogin(host.home, { url: other.url, token: 'weir-token-of-the-test' });
  const link = openLink({ config: readConfig({ WEIR_HOME: host.home }), host: undefined });
  const submitted = callUnderKey(link, ({ client }, headers) => client.jobCreate({ body: { command: ['x'] }, headers }));
  await host.called('jobCreate');
  rmSync(join(host.home, 'run', 'host.json'));
  await waitUntil('a look at the other host', () => link.connection.url === other.url);
  await host.listen();
  expect((await submitted).job_id).toBe(1);
  expect(other.calls).toEqual([]);
});
