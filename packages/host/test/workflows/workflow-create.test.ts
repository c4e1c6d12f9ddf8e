import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorkflowCreate } from '@weir/contract';
import { TestHost } from '../test-host.ts';
import { submitBody } from './submit-body.ts';

let host: TestHost;
beforeAll(async () => {
  host = await TestHost.start({ fuxictrRoot: 'fuxictr' });
});
afterAll(() => host[Symbol.asyncDispose]());

const submit = (over: Partial<WorkflowCreate> | Record<string, unknown>) =>
  host.client().workflowCreate({ body: { ...submitBody(), ...over } });
const config = (model: string, dataset?: string) => ({
  config: { model_config: model, ...(dataset === undefined ? {} : { dataset_config: dataset }) },
});

async function experimentOf(over: Partial<WorkflowCreate>): Promise<{ source: string; params: Record<string, unknown>; dataset: unknown }> {
  const { task_id: id } = await submit(over);
  const row = await host.running.services.store.read
    .selectFrom('workflows')
    .select('experiment')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return JSON.parse(row.experiment) as Awaited<ReturnType<typeof experimentOf>>;
}

describe('a field is checked', () => {
  test.each<[string, unknown]>([
    ['name', ''],
    ['name', 'a\nb'],
    ['name', 'x'.repeat(256)],
    ['user', '../x'],
    ['model', '../MMoE'],
    ['model', 'a/b/c/d'],
    ['experiment_id', 'a/b'],
    ['sample_sql', ' \n '],
    ['infer_sql', 'select 1\u0000'],
    ['hdfs_path', 'x'.repeat(501)],
    ['hive_table', 'db.t; drop'],
    ['hive_table', 'a.b.c'],
    ['gpu_count', -1],
    ['batch_size', 0],
    ['epochs', 1.5],
    ['warehouse', '..'],
    ['extra', 1],
  ])('%s = %j', async (field, value) => {
    await expect(submit({ [field]: value })).rejects.toMatchObject({ status: 422, detail: { field } });
  });

  test('the warehouse must be known', async () => {
    await expect(submit({ warehouse: 'lake' })).rejects.toMatchObject({
      code: 'warehouse_unknown',
      message: 'there is no warehouse "lake"; known: local',
    });
  });
});

describe('what is not known is refused with what is', () => {
  test('a model', async () => {
    await expect(submit({ model: 'GPT' })).rejects.toMatchObject({
      code: 'model_unknown',
      message: expect.stringMatching(/there is no model "GPT"; known: .*MMoE/) as string,
    });
  });
  test.each(['exp_9', 'Base', '__proto__', 'constructor'])('an experiment: %s', async (id) => {
    await expect(submit({ experiment_id: id })).rejects.toMatchObject({
      code: 'experiment_unknown',
      message: expect.stringContaining('known: exp_1') as string,
    });
  });
  test('a dataset of several', async () => {
    await expect(submit(config('exp_1: {dataset_id: c}', 'a: {}\nb: {}'))).rejects.toMatchObject({
      code: 'invalid_config',
      message: 'the submitted dataset_config.yaml has no dataset "c"; known: a, b',
    });
  });
});

describe('an experiment', () => {
  test('is Base with its own settings over it, and its dataset', async () => {
    const found = await experimentOf({});
    expect(found.params).toEqual({ epochs: 3, seed: 7, model: 'MMoE', dataset_id: 'ds' });
    expect(found.dataset).toEqual({ label_col: { name: 'click' } });
  });

  test('takes the only dataset there is, or none', async () => {
    expect((await experimentOf(config('exp_1: {dataset_id: c}', 'a: {x: 1}'))).dataset).toEqual({ x: 1 });
    expect((await experimentOf(config('exp_1: {}'))).dataset).toEqual({});
  });

  test('keeps what YAML 1.1 says: merges, octals, dates and words', async () => {
    const text = 'x: &x {a: 1, b: yes}\nexp_1:\n  <<: *x\n  c: 1_000\n  d: 1.e-3\n  e: off\n  f: null\n  g: [1, "2"]\n';
    expect((await experimentOf(config(text))).params).toEqual({ a: 1, b: true, c: 1000, d: 0.001, e: false, f: null, g: [1, '2'] });
  });

  /** From the last place that is searched to the first: each that is added wins over those before it. */
  test('is searched where users have theirs, then in the zoo of the checkout, then in ours', async () => {
    const places = [
      'fuxictr:model_zoo/MMoE/config',
      'fuxictr:model_zoo/multitask/MMoE/config',
      'fuxictr:dashboard/user_configs/root/multitask/MMoE',
      'fuxictr:dashboard/user_configs/root/MMoE',
      'fuxictr:dashboard/user_configs/root/MMoE/config',
      'home:user_configs/root/MMoE',
      'home:user_configs/root/MMoE/config',
    ];
    for (const [index, place] of places.entries()) {
      const folder = place.replace('fuxictr:', 'fuxictr/').replace('home:', '');
      host.writeFile(`${folder}/model_config.yaml`, `exp_1: {place: ${index}}\n`);
      const body = submitBody();
      delete body.config;
      const created = await host.client().workflowCreate({ body });
      const row = await host.running.services.store.read
        .selectFrom('workflows')
        .select('experiment')
        .where('id', '=', created.task_id)
        .executeTakeFirstOrThrow();
      expect(JSON.parse(row.experiment)).toMatchObject({
        params: { place: index },
        source: expect.stringContaining(folder.split('/').at(-1)!) as string,
      });
    }
  });

  test('is found where the dashboard saves it: under the path of the model, without a config folder', async () => {
    host.writeFile(`fuxictr/dashboard/user_configs/eve/multitask/MMoE/model_config.yaml`, 'saved: {epochs: 9}\n');
    const body = submitBody({ user: 'eve', model: 'multitask/MMoE', experiment_id: 'saved' });
    delete body.config;
    expect(await host.client().workflowCreate({ body })).toMatchObject({ model: 'multitask/MMoE', user: 'eve' });
  });
});

describe('a configuration is refused', () => {
  const deep = '['.repeat(20_000);
  const many = Array.from({ length: 60_000 }, (_, index) => `  k${index}: 1`).join('\n');
  test.each([
    ['with the line of a mistake', 'exp_1:\n  a: [1, 2\nb: 3\n', 'line 3'],
    ['when it is no mapping', '- 1\n', 'the top level must be a mapping'],
    ['when an entry is no mapping', 'exp_1: 5\n', '"exp_1" must be a mapping'],
    ['for a key that is there twice', 'exp_1: {a: 1, a: 2}\n', 'the key "a" is there twice'],
    ['for a Python object', 'exp_1: {a: !!python/object/apply:os.system ["x"]}\n', 'python/object'],
    ['for a tag of its own', 'exp_1: {a: !thing 1}\n', '!thing'],
    ['for bytes', 'exp_1: {a: !!binary aGk=}\n', 'binary'],
    ['for a set', 'exp_1: {a: !!set {x, y}}\n', 'set'],
    ['for infinity', 'exp_1: {a: .inf}\n', 'Infinity'],
    ['for two documents', 'exp_1: {}\n---\nb: {}\n', 'multiple documents'],
    [
      'for aliases that multiply',
      `a: &a {x: [1,2,3,4,5,6,7,8,9]}\n${'bcdefgh'.replace(/./g, (name, at: number) => `${name}: &${name} {x: [${`*${'abcdefgh'[at]!},`.repeat(9)}]}\n`)}exp_1: {}\n`,
      'alias',
    ],
    ['for an alias of itself', 'exp_1: &a {b: *a}\n', 'not a valid configuration'],
    ['when it is nested too deeply', `exp_1: {a: ${deep}}\n`, 'not a valid configuration'],
    [
      'when its experiment is too large',
      `big: &b {x: ${'y'.repeat(200_000)}}\nexp_1: {${'abcdefgh'.replace(/./g, (name) => `${name}: *b, `)}}\n`,
      'at most 1048576',
    ],
  ])('%s', async (_why, text, message) => {
    await expect(submit(config(text))).rejects.toMatchObject({
      code: expect.stringMatching(/invalid_config/) as string,
      message: expect.stringContaining(message) as string,
    });
  });

  test('in time, however many keys it has', async () => {
    const from = performance.now();
    await experimentOf(config(`exp_1:\n${many}\n`));
    expect(performance.now() - from).toBeLessThan(20_000);
  });
});

test('two workflows of one second have two dataset ids', async () => {
  const created = await Promise.all([submit({}), submit({}), submit({})]);
  const ids = created.map(({ dataset_id: id }) => id);
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^exp_1\.\d{8}_\d{6}(_\d)?$/);
});
