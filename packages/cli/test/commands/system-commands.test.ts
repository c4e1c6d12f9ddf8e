import type { Event } from '@weir/contract';
import { expect, test } from 'vitest';
import { FakeHost } from '../fake-host/fake-host.ts';
import { parseJson, parseLines } from '../parse-json.ts';
import { runWeir, startWeir } from '../run-weir.ts';

test('warehouse query streams the rows and exits as the query did', async () => {
  await using host = await FakeHost.start();
  const weir = startWeir(['warehouse', 'query', '--sql', 'select 1 as n', '--format', 'csv', '--max-rows', '5'], { home: host.home });
  await host.called('jobShow');
  host.jobs.start(1);
  host.jobs.append(1, 'n\n1\n');
  host.jobs.end(1);
  expect(await weir.ended).toEqual({ code: 0, signal: null, stdout: 'n\n1\n', stderr: '' });
  const query = host.calls.find((call) => call.id === 'warehouseQuery');
  expect([query?.params, query?.body]).toEqual([{ name: 'local' }, { sql: 'select 1 as n', format: 'csv', max_rows: 5 }]);
});

test('a query that fails passes its error through', async () => {
  await using host = await FakeHost.start();
  const weir = startWeir(['warehouse', 'query', '--sql', 'selec 1', '--json'], { home: host.home });
  await host.called('jobShow');
  host.jobs.start(1);
  host.jobs.append(1, 'Parser Error: syntax error at or near "selec"\n', 'stderr');
  host.jobs.end(1, { state: 'failed', exit_code: 2, reason: 'exited with code 2' });
  const { stdout, stderr, code } = await weir.ended;
  expect([stdout, code]).toEqual(['', 2]);
  expect(stderr).toBe(
    'Parser Error: syntax error at or near "selec"\nweir: the query failed: job 1 failed after 3.5s: exited with code 2\n',
  );
  expect(host.calls.find((call) => call.id === 'warehouseQuery')?.body).toEqual({ sql: 'selec 1', format: 'json' });
});

test('warehouses are shown', async () => {
  await using host = await FakeHost.start();
  const show = async (...args: string[]) => (await runWeir(args, { home: host.home })).stdout;
  expect(await show('warehouse', 'list')).toBe('NAME   KIND\nlocal  duckdb\n');
});

test('events are listed in order, of one job when asked', async () => {
  await using host = await FakeHost.start();
  host.jobs.add();
  host.jobs.add();
  host.jobs.start(2);
  const { stdout } = await runWeir(['event', 'list', '--job', '2'], { home: host.home });
  expect(stdout).toBe(
    '     2  2026-01-31 10:00:00  job.submitted       job 2\n     3  2026-01-31 10:00:00  job.started         job 2, on node-1\n',
  );
  const json = await runWeir(['event', 'list', '--limit', '1', '--json'], { home: host.home });
  expect(JSON.parse(json.stdout)).toMatchObject({ events: [{ seq: 1 }], last_seq: 1 });
});

test('event list --follow goes on through a restart of the host', async () => {
  await using host = await FakeHost.start();
  host.jobs.add();
  const weir = startWeir(['event', 'list', '--follow', '--json'], { home: host.home });
  await weir.wrote('stdout', 'job.submitted');
  await host.die();
  host.jobs.start(1);
  await weir.wrote('stderr', 'trying again');
  await host.listen();
  await weir.wrote('stdout', 'job.started');
  weir.kill('SIGINT');
  const { code, stdout } = await weir.ended;
  expect([code, parseLines<Event>(stdout).map((event) => event.seq)]).toEqual([130, [1, 2]]);
});

test('open prints a link that works once', async () => {
  await using host = await FakeHost.start();
  const { stdout, stderr } = await runWeir(['open', '/workflows/7'], { home: host.home });
  expect(stdout).toBe(`${host.url}/open?ticket=one-time&to=%2Fworkflows%2F7\n`);
  expect(stderr).toBe('opens once, until 10:05:00\n');
});

test('open leads only to pages of the host', async () => {
  await using host = await FakeHost.start();
  for (const path of ['//elsewhere.test', 'http://elsewhere.test', 'jobs']) {
    expect((await runWeir(['open', path], { home: host.home })).code).toBe(64);
  }
});

test('status of a host that is up tells how busy it is', async () => {
  await using host = await FakeHost.start();
  host.jobs.add();
  const { stdout, code } = await runWeir(['status'], { home: host.home });
  expect(stdout).toBe(
    [
      `Weir in ${host.home}`,
      '  state  healthy',
      `  url    ${host.url}`,
      `  host   pid ${process.pid}, up 1m01s`,
      '  nodes  node-1 online',
      '  jobs   0 running, 1 pending',
      '',
    ].join('\n'),
  );
  expect(code).toBe(0);
});

test('status of nothing says how to start it and fails', async () => {
  await using host = await FakeHost.start();
  await host.die();
  const unreachable = await runWeir(['status', '--json'], { home: host.home });
  expect([parseJson<{ state: string }>(unreachable.stdout).state, unreachable.code]).toEqual(['unreachable', 69]);
  const down = await runWeir(['status'], { home: '/nonexistent/home', cwd: '/' });
  expect([down.stdout, down.code]).toEqual(['Weir in /nonexistent/home\n  state     down\n  start it  weir up\n', 69]);
});
