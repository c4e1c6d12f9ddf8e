import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FakeHost } from '../../fake-host/fake-host.ts';
import { runWeir, startWeir } from '../../run-weir.ts';

const REQUIRED = [
  '--model',
  'MMoE',
  '--experiment-id',
  'MMoE_default',
  '--sample-sql',
  'select 1',
  '--infer-sql',
  'select 2',
  '--hive-table',
  'ads.scores',
];

describe('the request', () => {
  test('what is not said has its default', async () => {
    await using host = await FakeHost.start();
    const { stdout, stderr } = await runWeir(['workflow', 'submit', ...REQUIRED], { home: host.home });
    expect([stdout, stderr]).toEqual(['workflow 7 submitted\n', 'follow it with: weir workflow logs 7 --follow\n']);
    expect(host.workflow.created).toEqual({
      name: 'MMoE_default',
      user: 'ada',
      model: 'MMoE',
      experiment_id: 'MMoE_default',
      sample_sql: 'select 1',
      infer_sql: 'select 2',
      hdfs_path: '',
      hive_table: 'ads.scores',
      warehouse: 'local',
    });
  });

  test('every option becomes its field; SQL and configuration are sent as they stand in their files', async () => {
    await using host = await FakeHost.start();
    const sql = "select * from read_parquet('/data/*.parquet') -- ä\n";
    writeFileSync(join(host.home, 'sample.sql'), sql);
    mkdirSync(join(host.home, 'config'));
    writeFileSync(join(host.home, 'config', 'model_config.yaml'), 'Base:\n  seed: 1\n');
    writeFileSync(join(host.home, 'config', 'dataset_config.yaml'), 'default: {}\n');
    const options =
      '--name n --user bob --model multitask/MMoE --experiment-id e --infer-sql @- --hdfs-path /tmp/x --hive-table t --warehouse w --gpu-count 0 --batch-size 64 --epochs 3';
    await runWeir(['workflow', 'submit', ...options.split(' '), '--sample-sql', '@sample.sql', '--config-dir', 'config'], {
      home: host.home,
      input: 'select 2',
    });
    expect(host.workflow.created).toEqual({
      name: 'n',
      user: 'bob',
      model: 'multitask/MMoE',
      experiment_id: 'e',
      sample_sql: sql,
      infer_sql: 'select 2',
      hdfs_path: '/tmp/x',
      hive_table: 't',
      warehouse: 'w',
      gpu_count: 0,
      batch_size: 64,
      epochs: 3,
      config: { model_config: 'Base:\n  seed: 1\n', dataset_config: 'default: {}\n' },
    });
  });

  test('a configuration folder without its model file is refused by name', async () => {
    await using host = await FakeHost.start();
    mkdirSync(join(host.home, 'config'));
    const { stderr, code } = await runWeir(['workflow', 'submit', ...REQUIRED, '--config-dir', 'config'], { home: host.home });
    expect([stderr, code]).toEqual(['weir: --config-dir: cannot read config/model_config.yaml: no such file\n', 64]);
    rmSync(join(host.home, 'config'), { recursive: true });
    const missing = await runWeir(['workflow', 'submit', ...REQUIRED, '--config-dir', 'config'], { home: host.home });
    expect(missing.stderr).toBe('weir: --config-dir: config is not a directory\n');
  });
});

describe('--wait', () => {
  test('shows the progress on standard error and the result on standard output', async () => {
    await using host = await FakeHost.start();
    const { workflow } = host;
    const weir = startWeir(['workflow', 'submit', ...REQUIRED, '--wait'], { home: host.home });
    await host.called('workflowEvents');
    workflow.tell('workflow.started');
    workflow.tell('stage.started', { stage: 'data_fetch' });
    workflow.tell('stage.logged', { stage: 'data_fetch', level: 'INFO', message: 'reading' });
    workflow.tell('stage.logged', { stage: 'data_fetch', level: 'WARNING', message: 'column x is null everywhere' });
    workflow.tell('stage.completed', { stage: 'data_fetch', seconds: 3.25 });
    workflow.tell('stage.started', { stage: 'train' });
    workflow.tell('stage.measured', { stage: 'train', name: 'loss', value: 0.5, epoch: 1 });
    for (const label of ['click', 'buy']) {
      workflow.tell('stage.measured', { stage: 'train', name: 'AUC', value: 0.81234567, split: 'valid', label, epoch: 1 });
      workflow.tell('stage.measured', { stage: 'train', name: 'logloss', value: 0.25, split: 'valid', label, epoch: 1 });
    }
    workflow.tell('stage.progressed', { stage: 'train', current: 1, total: 2, message: 'Training epoch 1/2' });
    workflow.end('completed');
    const { stdout, stderr, code } = await weir.ended;
    expect(stderr).toBe(
      [
        `workflow 7 submitted: ${host.url}/workflows/7`,
        '10:00:00  workflow    started',
        '10:00:00  data_fetch  started',
        '10:00:00  data_fetch  WARNING column x is null everywhere',
        '10:00:00  data_fetch  completed in 3.3s',
        '10:00:00  train       started',
        '10:00:00  train       valid epoch 1  click  AUC 0.812346, logloss 0.25',
        '10:00:00  train       valid epoch 1  buy  AUC 0.812346, logloss 0.25',
        '10:00:00  workflow    completed',
        '',
      ].join('\n'),
    );
    expect(stdout).toBe(
      [
        'workflow 7 completed',
        '',
        'STAGE       STATE      TIME',
        'data_fetch  completed  0.5s',
        'train       completed  1.5s',
        'infer       completed  2.5s',
        'transport   completed  3.5s',
        'monitor     completed  4.5s',
        '',
        'SPLIT  LABEL       AUC  logloss',
        'test   click  0.831234   0.2121',
        'test   buy         0.9      0.1',
        '',
        'rows    24,000 trained, 8,000 predicted, 8,000 loaded',
        'table   ads.scores',
        'page    http://weir.test/workflows/7',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  test('--json prints the summary as the only line of standard output', async () => {
    await using host = await FakeHost.start();
    const weir = startWeir(['workflow', 'submit', ...REQUIRED, '--wait', '--json'], { home: host.home });
    await host.called('workflowEvents');
    host.workflow.end('completed');
    const { stdout, code } = await weir.ended;
    expect(JSON.parse(stdout)).toEqual(host.workflow.summary());
    expect(stdout.split('\n')).toHaveLength(2);
    expect(code).toBe(0);
  });

  test('a workflow that fails is no success and says why', async () => {
    await using host = await FakeHost.start();
    const weir = startWeir(['workflow', 'submit', ...REQUIRED, '--wait'], { home: host.home });
    await host.called('workflowEvents');
    host.workflow.tell('stage.failed', { stage: 'train', message: 'label_missing: no column click' });
    host.workflow.end('failed', 'train: no column click');
    const { stdout, stderr, code } = await weir.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('train       failed: label_missing: no column click\n');
    expect(stdout).toContain('workflow 7 failed\ntrain: no column click\n');
  });

  test('a host that dies and returns costs no event and doubles none', async () => {
    await using host = await FakeHost.start();
    const weir = startWeir(['workflow', 'submit', ...REQUIRED, '--wait'], { home: host.home });
    await host.called('workflowEvents', 2);
    host.workflow.tell('stage.started', { stage: 'data_fetch' });
    await weir.wrote('stderr', 'data_fetch  started');
    await host.die();
    host.workflow.tell('stage.started', { stage: 'train' });
    await weir.wrote('stderr', 'trying again');
    await host.listen();
    await weir.wrote('stderr', 'train       started');
    host.workflow.end('completed');
    const { stderr, code } = await weir.ended;
    expect(stderr.match(/ {2}started/g)).toHaveLength(2);
    expect(code).toBe(0);
  });

  test('Ctrl-C leaves the workflow alone', async () => {
    await using host = await FakeHost.start();
    const weir = startWeir(['workflow', 'submit', ...REQUIRED, '--wait'], { home: host.home });
    await host.called('workflowEvents', 2);
    weir.kill('SIGINT');
    const { code, stderr } = await weir.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('workflow 7 goes on; cancel it with: weir workflow cancel 7\n');
  });
});
