import { Option, type Command } from 'commander';
import type { Config } from '../../config.ts';
import { callUnderKey } from '../../connection/patience.ts';
import { readWhole } from '../../input/numbers.ts';
import { readTextOption } from '../../input/text-file.ts';
import { examples, handleText, type Invocation } from '../../invocation.ts';
import { followJob } from '../../jobs/follow-job.ts';
import { exitCodeOf } from '../../jobs/job-exit.ts';
import { describeJob } from '../../jobs/job-text.ts';
import { onInterrupt } from '../../output/interrupt.ts';
import { note } from '../../output/terminal.ts';

const FORMATS = ['table', 'csv', 'json'] as const;
const MAX_SQL_BYTES = 1024 * 1024;

interface Options {
  readonly sql: string;
  readonly warehouse: string;
  readonly format: (typeof FORMATS)[number];
  readonly maxRows?: number;
}

/** `weir warehouse query`. */
export function define(command: Command, config: Config): void {
  command
    .requiredOption('--sql <sql>', 'the query; @FILE reads it from a file, @- from standard input')
    .option('--warehouse <name>', 'where it runs', 'local')
    .addOption(new Option('--format <format>', 'form of the rows').choices(FORMATS).default('table'))
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .option('--max-rows <n>', 'most rows that a table shows', readWhole({ option: '--max-rows', min: 1, max: 1_000_000 }))
    .addHelpText(
      'after',
      examples(
        "weir warehouse query --sql 'select count(*) from ads.scores'",
        'weir warehouse query --sql @rows.sql --format csv > rows.csv',
      ),
    );
  handleText<Options>(command, config, queryWarehouse);
}

async function queryWarehouse(call: Invocation<Options>): Promise<number> {
  const { options } = call;
  const sql = readTextOption(options.sql, { what: '--sql', maxBytes: MAX_SQL_BYTES });
  const link = call.link();
  const job = await callUnderKey(link, ({ client }, headers) =>
    client.warehouseQuery({
      headers,
      params: { name: options.warehouse },
      body: { sql, format: options.format, ...(options.maxRows === undefined ? {} : { max_rows: options.maxRows }) },
    }),
  );
  onInterrupt(`the query goes on as job ${job.job_id}; cancel it with: weir job cancel ${job.job_id}`);
  const ended = await followJob(link, job.job_id);
  const exitCode = exitCodeOf(ended);
  if (exitCode !== 0) note(`weir: the query failed: ${describeJob(ended)}`);
  return exitCode;
}
