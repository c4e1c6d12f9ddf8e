import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { AppError, type WorkflowCreate } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import type { Connection } from '../../connection/connect.ts';
import { callOnce, callUnderKey } from '../../connection/patience.ts';
import { readWhole } from '../../input/numbers.ts';
import { readTextFile, readTextOption } from '../../input/text-file.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { note, print, printJson } from '../../output/terminal.ts';
import { waitForWorkflow } from '../../workflows/wait-for-workflow.ts';

const MAX_TEXT_BYTES = 1024 * 1024;

interface Options {
  readonly name?: string;
  readonly user?: string;
  readonly model: string;
  readonly experimentId: string;
  readonly sampleSql: string;
  readonly inferSql: string;
  readonly hdfsPath: string;
  readonly hiveTable: string;
  readonly warehouse: string;
  readonly configDir?: string;
  readonly gpuCount?: number;
  readonly batchSize?: number;
  readonly epochs?: number;
  readonly wait?: boolean;
}

/** `weir workflow submit`. */
export function define(command: Command, config: Config): void {
  command
    .requiredOption('--model <model>', 'the model: MMoE, or a path of the model zoo such as multitask/MMoE')
    .requiredOption('--experiment-id <id>', 'the entry of model_config.yaml')
    .requiredOption('--sample-sql <sql>', 'query of the training sample; @FILE reads it from a file')
    .requiredOption('--infer-sql <sql>', 'query of the rows to predict; @FILE reads it from a file')
    .requiredOption('--hive-table <table>', 'result table: TABLE or DATABASE.TABLE')
    .option('--name <name>', 'name of the run (default: the experiment id)')
    .option('--user <user>', 'whose configuration is searched (default: you)')
    .option('--hdfs-path <path>', 'where the result is put on the way to the table', '')
    .option('--warehouse <name>', 'where SQL runs and the result lands', 'local')
    .option('--config-dir <dir>', 'take model_config.yaml and dataset_config.yaml from here instead of searching them')
    .option('--gpu-count <n>', 'GPUs of the training', readWhole({ option: '--gpu-count', min: 0, max: 64 }))
    .option('--batch-size <n>', "instead of the experiment's", readWhole({ option: '--batch-size', min: 1, max: 10_000_000 }))
    .option('--epochs <n>', "instead of the experiment's", readWhole({ option: '--epochs', min: 1, max: 100_000 }))
    .option('--wait', 'show the progress until it has ended, then the result; exit 0 only when it completed')
    .addHelpText(
      'after',
      examples(
        'weir workflow submit --model MMoE --experiment-id MMoE_default --sample-sql @sample.sql --infer-sql @infer.sql --hive-table ads.scores --wait',
      ),
    );
  handle<Options>(command, config, submitWorkflow);
}

async function submitWorkflow(call: Invocation<Options>): Promise<number> {
  const texts = readTexts(call.options);
  const link = call.link();
  const user = call.options.user ?? (await callOnce(link, ({ client }) => client.meShow())).user;
  const body = { ...describeRun(call.options), ...texts, user };
  const workflow = await callUnderKey(link, ({ client }, headers) => client.workflowCreate({ body, headers }));
  const id = workflow.task_id;
  if (call.options.wait === true) {
    note(`workflow ${id} submitted: ${pageOf(link.connection, id)}`);
    return waitForWorkflow(link, id, { json: call.json, after: 0 });
  }
  await (call.json ? printJson(workflow) : print(`workflow ${id} submitted`));
  if (!call.json) note(`follow it with: weir workflow logs ${id} --follow`);
  return 0;
}

function pageOf(connection: Connection, id: number): string {
  return `${connection.url}/workflows/${id}`;
}

type Texts = Pick<WorkflowCreate, 'sample_sql' | 'infer_sql' | 'config'>;

function readTexts(options: Options): Texts {
  return {
    sample_sql: readTextOption(options.sampleSql, { what: '--sample-sql', maxBytes: MAX_TEXT_BYTES }),
    infer_sql: readTextOption(options.inferSql, { what: '--infer-sql', maxBytes: MAX_TEXT_BYTES }),
    ...(options.configDir === undefined ? {} : { config: readConfigFolder(options.configDir) }),
  };
}

function describeRun(options: Options): Omit<WorkflowCreate, 'user' | keyof Texts> {
  return {
    name: options.name ?? options.experimentId,
    model: options.model,
    experiment_id: options.experimentId,
    hdfs_path: options.hdfsPath,
    hive_table: options.hiveTable,
    warehouse: options.warehouse,
    ...(options.gpuCount === undefined ? {} : { gpu_count: options.gpuCount }),
    ...(options.batchSize === undefined ? {} : { batch_size: options.batchSize }),
    ...(options.epochs === undefined ? {} : { epochs: options.epochs }),
  };
}

function readConfigFolder(folder: string): NonNullable<WorkflowCreate['config']> {
  const rule = { what: '--config-dir', maxBytes: MAX_TEXT_BYTES };
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new AppError('invalid_input', `--config-dir: ${folder} is not a directory`, { field: '--config-dir', value: folder });
  }
  const model_config = readTextFile(join(folder, 'model_config.yaml'), rule);
  const datasetFile = join(folder, 'dataset_config.yaml');
  if (statSync(datasetFile, { throwIfNoEntry: false }) === undefined) return { model_config };
  return { model_config, dataset_config: readTextFile(datasetFile, rule) };
}
