import { expect, test } from 'vitest';
import { FakeHost } from '../../fake-host/fake-host.ts';
import { runWeir } from '../../run-weir.ts';

const lastBody = (host: FakeHost, id: string) => host.calls.findLast((call) => call.id === id)?.body;

test('an account is made, shown, listed and removed', async () => {
  await using host = await FakeHost.start();
  const words = ['--shares', '10', '--members', 'ada,grace', '--max-cpus', '32', '--max-queued', '100'];
  expect((await runWeir(['account', 'create', 'vision', ...words], host)).stdout).toBe('account vision is there\n');
  expect(lastBody(host, 'accountCreate')).toEqual({
    name: 'vision',
    shares: 10,
    members: ['ada', 'grace'],
    limits: { cpus: 32, queued_jobs: 100 },
  });
  expect((await runWeir(['account', 'show', 'vision'], host)).stdout).toBe(
    [
      'account vision',
      '  shares      10',
      '  members     ada, grace',
      '  limits      100 queued, 32 cores',
      '  usage       0.0 core-hours',
      '  fair share  1.000 (1 = used nothing yet, 0 = far more than its share)',
      '  since       2026-01-31 10:00:00',
      '',
    ].join('\n'),
  );
  expect((await runWeir(['account', 'list'], host)).stdout).toBe(
    'NAME    SHARES  FAIR SHARE            USED  MEMBERS     LIMITS\nvision      10       1.000  0.0 core-hours  ada, grace  100 queued, 32 cores\n',
  );
  expect((await runWeir(['account', 'remove', 'vision'], host)).stdout).toBe('account vision is removed\n');
  expect((await runWeir(['account', 'list'], host)).stderr).toBe('no accounts\n');
});

test('members are added and taken away, limits that are not named stay', async () => {
  await using host = await FakeHost.start();
  await runWeir(['account', 'create', 'vision', '--members', 'ada,grace', '--max-cpus', '32'], host);
  await runWeir(['account', 'update', 'vision', '--add-members', 'alan', '--remove-members', 'ada'], host);
  expect(lastBody(host, 'accountUpdate')).toEqual({ members: ['grace', 'alan'] });
  await runWeir(['account', 'update', 'vision', '--max-gpus', '4', '--shares', '3'], host);
  expect(lastBody(host, 'accountUpdate')).toEqual({ shares: 3, limits: { cpus: 32, gpus: 4 } });
  await runWeir(['account', 'update', 'vision', '--members', ''], host);
  expect(lastBody(host, 'accountUpdate')).toEqual({ members: [] });
  const nothing = await runWeir(['account', 'update', 'vision'], host);
  expect([nothing.code, nothing.stderr]).toEqual([64, expect.stringContaining('nothing to change')]);
});

test('a reservation is made for a time, listed and ended', async () => {
  await using host = await FakeHost.start();
  const words = ['--nodes', 'node-1,node-2', '--from', '2026-03-01T22:00', '--for', '4h', '--reason', 'new disks'];
  const made = await runWeir(['reservation', 'create', 'disks', ...words], host);
  expect(made.stdout).toBe('reservation disks is there: 2026-03-01 22:00:00 to 2026-03-02 02:00:00\n');
  expect(lastBody(host, 'reservationCreate')).toEqual({
    name: 'disks',
    nodes: ['node-1', 'node-2'],
    starts_at: '2026-03-01T22:00:00.000Z',
    ends_at: '2026-03-02T02:00:00.000Z',
    reason: 'new disks',
  });
  await runWeir(['reservation', 'create', 'course', '--accounts', 'teaching', '--users', 'ada', '--until', '2099-01-01'], host);
  const { stdout } = await runWeir(['reservation', 'list'], host);
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  expect(rows.map((row) => row.filter((_, column) => column !== 1))).toEqual([
    ['NAME', 'UNTIL', 'NODES', 'FOR', 'BY', 'REASON'],
    ['disks', '2026-03-02 02:00:00', 'node-1, node-2', 'maintenance', 'ada', 'new disks'],
    ['course', '2099-01-01 00:00:00', 'every node', 'ada, account teaching', 'ada'],
  ]);
  expect((await runWeir(['reservation', 'remove', 'disks'], host)).stdout).toBe('reservation disks is over\n');
});

test.each([
  [[], 'until when? Give --for 4h or --until 18:00'],
  [['--from', '2026-03-01', '--until', '2026-02-01'], 'it would end (2026-02-01 00:00:00) before it starts (2026-03-01 00:00:00)'],
  [['--nodes', 'node 1', '--for', '1h'], '"node 1" is not the name of a node: use letters, digits, "_", "." and "-"; at most 100'],
])('a reservation with %j is refused', async (words, message) => {
  await using host = await FakeHost.start();
  const { stderr, code } = await runWeir(['reservation', 'create', 'r', ...words], host);
  expect([stderr, code, host.calls.length]).toEqual([`weir: ${message}\n`, 64, 0]);
});
