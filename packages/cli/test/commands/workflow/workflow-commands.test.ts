import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '@weir/contract';
import { expect, test } from 'vitest';
import { FakeHost } from '../../fake-host/fake-host.ts';
import { parseLines } from '../../parse-json.ts';
import { runWeir, startWeir } from '../../run-weir.ts';

test('list is a table', async () => {
  await using host = await FakeHost.start();
  const { stdout } = await runWeir(['workflow', 'list'], { home: host.home });
  expect(stdout).toBe(
    [
      'ID  NAME     USER  MODEL  EXPERIMENT    STATE    STAGE  CREATED              TABLE       ERROR',
      ' 7  nightly  ada   MMoE   MMoE_default  running  2/5    2026-01-31 10:00:00  ads.scores',
      '',
    ].join('\n'),
  );
});

test('show is a card with the five stages', async () => {
  await using host = await FakeHost.start();
  host.workflow.end('failed', 'train: exited with code 1');
  const { stdout } = await runWeir(['workflow', 'show', '7'], { home: host.home });
  expect(stdout).toBe(
    [
      'workflow 7  nightly',
      '  state       failed',
      '  error       train: exited with code 1',
      '  user        ada',
      '  model       MMoE',
      '  experiment  MMoE_default',
      '  dataset     MMoE_default.20260131_100000',
      '  warehouse   local',
      '  table       ads.scores',
      '  created     2026-01-31 10:00:00',
      '  started     2026-01-31 10:00:01',
      '',
      'STAGE       STATE      TIME  JOB  RETRIES  ERROR',
      'data_fetch  completed  3.3s   11        0',
      'train       failed        -   12        0  train: exited with code 1',
      'infer       pending       -    -        0',
      'transport   pending       -    -        0',
      'monitor     pending       -    -        0',
      '',
    ].join('\n'),
  );
});

test('logs tells every event in a readable line', async () => {
  await using host = await FakeHost.start();
  const { workflow } = host;
  workflow.tell('stage.started', { stage: 'train' });
  workflow.tell('stage.logged', { stage: 'train', level: 'INFO', message: 'two labels' });
  workflow.tell('stage.progressed', { stage: 'train', current: 3, total: 10, message: 'Training epoch 3/10' });
  workflow.tell('stage.measured', { stage: 'train', name: 'samples_per_s', value: 12500, unit: '1/s' });
  workflow.tell('stage.measured', { stage: 'train', name: 'AUC', value: 0.83, label: 'click', split: 'valid', epoch: 3 });
  workflow.tell('stage.checkpointed', { stage: 'train', data: { epoch: 3 } });
  workflow.tell('stage.artifact_stored', { stage: 'train', name: 'MMoE.model', path: '/x', bytes: 2048 });
  workflow.tell('stage.failed', { stage: 'train', message: 'disk_full: no space left' });
  workflow.end('failed', 'train: no space left');
  const all = await runWeir(['workflow', 'logs', '7'], { home: host.home });
  expect(all.stdout).toBe(
    [
      '10:00:00  train       started',
      '10:00:00  train       two labels',
      '10:00:00  train       3/10 (30%) Training epoch 3/10',
      '10:00:00  train       samples_per_s 12,500 1/s',
      '10:00:00  train       AUC 0.83 (click, valid, epoch 3)',
      '10:00:00  train       checkpoint saved',
      '10:00:00  train       stored MMoE.model, 2.0 KiB',
      '10:00:00  train       failed: disk_full: no space left',
      '10:00:00  workflow    failed: train: no space left',
      '',
    ].join('\n'),
  );
  const infer = await runWeir(['workflow', 'logs', '7', '--stage', 'infer'], { home: host.home });
  expect([infer.stdout, infer.code]).toEqual(['', 0]);
});

test('logs --follow goes on until the workflow rests', async () => {
  await using host = await FakeHost.start();
  const weir = startWeir(['workflow', 'logs', '7', '--follow', '--json'], { home: host.home });
  await host.called('workflowEvents');
  host.workflow.tell('stage.started', { stage: 'train' });
  await weir.wrote('stdout', 'stage.started');
  host.workflow.end('completed');
  const { stdout, code } = await weir.ended;
  const types = parseLines<Event>(stdout).map((event) => event.type);
  expect([types, code]).toEqual([['stage.started', 'workflow.completed'], 0]);
});

test('retry --wait shows only what comes after it', async () => {
  await using host = await FakeHost.start();
  host.workflow.tell('stage.started', { stage: 'data_fetch' });
  host.workflow.end('failed', 'earlier');
  const weir = startWeir(['workflow', 'retry', '7', '--stage', 'train', '--wait'], { home: host.home });
  await host.called('workflowRetry');
  host.workflow.tell('stage.started', { stage: 'train' });
  host.workflow.end('completed');
  const { stderr, code } = await weir.ended;
  expect(stderr).toBe(
    'workflow 7 goes on\n10:00:00  workflow    retried\n10:00:00  train       started\n10:00:00  workflow    completed\n',
  );
  expect(code).toBe(0);
  expect(host.calls.find((call) => call.id === 'workflowRetry')?.query).toEqual({ step: 'train' });
});

test('a refused retry says why', async () => {
  await using host = await FakeHost.start();
  const { stderr, code } = await runWeir(['workflow', 'retry', '7'], { home: host.home });
  expect([stderr, code]).toEqual(['weir: workflow 7 is running: only a failed or cancelled one can be retried\n', 65]);
});

test('cancel says what the host said', async () => {
  await using host = await FakeHost.start();
  expect((await runWeir(['workflow', 'cancel', '7'], { home: host.home })).stdout).toBe('workflow 7 is cancelled\n');
});

test('delete wants a yes where nobody can be asked', async () => {
  await using host = await FakeHost.start();
  const refused = await runWeir(['workflow', 'delete', '7'], { home: host.home });
  expect([refused.code, host.calls.some((call) => call.id === 'workflowDelete')]).toEqual([64, false]);
  expect((await runWeir(['workflow', 'delete', '7', '--yes'], { home: host.home })).stdout).toBe('workflow 7 is deleted\n');
});

test('the report comes as page, as JSON and as text', async () => {
  await using host = await FakeHost.start();
  await runWeir(['workflow', 'report', '7', '--html', 'report.html'], { home: host.home });
  expect(readFileSync(join(host.home, 'report.html'), 'utf8')).toBe('<!doctype html><title>report</title>');
  expect((await runWeir(['workflow', 'report', '7', '--html', '-'], { home: host.home })).stdout).toBe(
    '<!doctype html><title>report</title>',
  );
  expect((await runWeir(['workflow', 'report', '7', '--json'], { home: host.home })).stdout).toBe('{"rows":900}\n');
  expect((await runWeir(['workflow', 'report', '7'], { home: host.home })).stdout).toContain('workflow 7 running\n');
});

test('a workflow that does not exist is refused', async () => {
  await using host = await FakeHost.start();
  const { stderr, code } = await runWeir(['workflow', 'show', '8'], { home: host.home });
  expect([stderr, code]).toEqual(['weir: there is no workflow 8\n', 66]);
});
