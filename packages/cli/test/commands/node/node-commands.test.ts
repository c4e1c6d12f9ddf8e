import type { Node } from '@weir/contract';
import { expect, test } from 'vitest';
import { FakeHost } from '../../fake-host/fake-host.ts';
import { parseJson } from '../../parse-json.ts';
import { runWeir } from '../../run-weir.ts';

test('nodes stand in a table with what is allocated and what is busy', async () => {
  await using host = await FakeHost.start();
  const { stdout } = await runWeir(['node', 'list'], host);
  expect(stdout).toBe(
    'NAME    STATE   JOBS  CPUS              MEMORY  GPUS  BUSY  LABELS\nnode-1  online     2   2/8  1.5 GiB / 16.0 GiB   1/1   37%  rack=2\n',
  );
});

test('one node is a card with its parts and what can be executed there', async () => {
  await using host = await FakeHost.start();
  await runWeir(['node', 'drain', 'node-1', '--reason', 'new disk'], host);
  const { stdout } = await runWeir(['node', 'show', 'node-1'], host);
  expect(stdout).toBe(
    [
      'node node-1',
      '  state      online, drained',
      '  drained    new disk',
      '  hostname   node-1.test',
      '  system     Linux',
      '  runner     0.1.0',
      '  last seen  2026-01-31 10:00:00',
      '  labels     rack=2',
      '  jobs       2',
      '  cores      2 of 8 allocated',
      '  memory     1.5 GiB of 16.0 GiB allocated',
      '  now        CPU 37%, 3.0 GiB used, load 2.5, 54 °C',
      '  NUMA 0     8 cores, 16.0 GiB',
      '  GPU 0      GPU, 8.0 GiB, allocated: 87%, 4.0 GiB used, 61 °C, 240 W',
      '  process    usable',
      '  systemd    not usable: there is no systemd',
      '',
    ].join('\n'),
  );
});

test('drain and resume say what is so', async () => {
  await using host = await FakeHost.start();
  expect((await runWeir(['node', 'drain', 'node-1'], host)).stdout).toBe('node node-1 is drained: 2 jobs go on\n');
  expect(host.fleet.nodes.get('node-1')).toMatchObject({ drained: true, drain_reason: null });
  expect((await runWeir(['node', 'resume', 'node-1'], host)).stdout).toBe('node node-1 takes jobs again\n');
  expect(parseJson<Node>((await runWeir(['node', 'show', 'node-1', '--json'], host)).stdout).drained).toBe(false);
  const none = await runWeir(['node', 'drain', 'node-9'], host);
  expect([none.stderr, none.code]).toEqual(['weir: there is no node node-9\n', 66]);
});

test('labels are set and taken away', async () => {
  await using host = await FakeHost.start();
  const { stdout } = await runWeir(['node', 'label', 'node-1', 'gpu=a100,zone=b', 'rack-'], host);
  expect(stdout).toBe('node node-1: gpu=a100,zone=b\n');
  expect(host.calls[0]?.body).toEqual({ set: { gpu: 'a100', zone: 'b' }, remove: ['rack'] });
  expect((await runWeir(['node', 'label', 'node-1', 'gpu-', 'zone-'], host)).stdout).toBe('node node-1: no labels\n');
  const both = await runWeir(['node', 'label', 'node-1', 'a=1', 'a-'], host);
  expect([both.stderr, both.code]).toEqual(['weir: label a is to be set and taken away: say one of them\n', 64]);
});

test('usage is a line per minute', async () => {
  await using host = await FakeHost.start();
  const { stdout } = await runWeir(['node', 'usage', 'node-1', '--minutes', '5'], host);
  expect(stdout).toBe(
    [
      'TIME                 CPU   MEMORY        GPU 0',
      '2026-01-31 09:59:00  12%  2.0 GiB  87% 4.0 GiB',
      '2026-01-31 10:00:00  80%  3.0 GiB            -',
      '',
    ].join('\n'),
  );
  expect(host.calls[0]?.query).toEqual({ minutes: 5 });
});

test('a node is removed only when it is meant, and with jobs only by force', async () => {
  await using host = await FakeHost.start();
  const unsure = await runWeir(['node', 'remove', 'node-1'], host);
  expect([unsure.stderr, unsure.code]).toEqual(['weir: node node-1 would be forgotten: say --yes, there is no terminal to ask at\n', 64]);
  const busy = await runWeir(['node', 'remove', 'node-1', '--yes'], host);
  expect([busy.stderr, busy.code]).toEqual(['weir: node node-1 has 2 jobs: wait for them, or force it\n', 65]);
  expect((await runWeir(['node', 'remove', 'node-1', '--yes', '--force'], host)).stdout).toBe('node node-1 is removed\n');
  expect((await runWeir(['node', 'list'], host)).stderr).toBe('no nodes\n');
});
