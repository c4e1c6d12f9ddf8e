import { join } from 'node:path';
import { ROOT } from '../repository.ts';
import { readDemoConfig, type DemoConfig } from './config.ts';
import { provideData, type DemoData } from './data/write-data.ts';
import { measureQuality } from './quality.ts';
import { describeOutcome } from './report.ts';
import { parseSummary } from './summary-parser.ts';
import { askWeir, callWeir } from './weir.ts';

const TABLE = 'demo_predictions';

try {
  process.exitCode = await runDemo(readDemoConfig(process.argv.slice(2)));
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

/** Takes one model from SQL to a loaded table on made-up data; answers the exit code: 0 only when it completed. */
async function runDemo(config: DemoConfig): Promise<number> {
  const { environment, sampleRows, inferRows, seed } = config;
  say(`making ${sampleRows.toLocaleString('en-US')} rows to learn from and ${inferRows.toLocaleString('en-US')} to predict`);
  const data = await provideData({ directory: join(config.home, 'demo'), sampleRows, inferRows, seed });
  say('starting Weir');
  await askWeir(environment, ['up', '--detach', '--port', '0']);
  const { exitCode, stdout } = await callWeir(environment, ['workflow', 'submit', ...describeWorkflow(data)]);
  if (stdout.trim() === '') return exitCode === 0 ? 1 : exitCode; // refused: it has said why
  const summary = parseSummary(stdout);
  const report = await describeEnd(config, summary);
  if (config.json) {
    console.error(report);
    console.log(JSON.stringify(summary));
  } else console.log(report);
  return summary.state === 'completed' ? 0 : 1;
}

function describeWorkflow(data: DemoData): string[] {
  const select = (path: string): string => `SELECT * FROM '${path.replaceAll("'", "''")}'`;
  return [
    ...['--name', 'demo', '--model', 'MMoE', '--experiment-id', 'MMoE_demo', '--config-dir', join(ROOT, 'tools/demo/experiment')],
    ...['--sample-sql', select(data.samplePath), '--infer-sql', select(data.inferPath), '--hive-table', TABLE, '--wait', '--json'],
  ];
}

async function describeEnd({ environment, home, homeIsDefault }: DemoConfig, summary: ReturnType<typeof parseSummary>): Promise<string> {
  if (summary.state !== 'completed') return `Workflow ${summary.workflow_id}: ${summary.state}\n${summary.error ?? ''}`;
  const table = summary.result_table ?? TABLE;
  return describeOutcome({
    summary,
    quality: await measureQuality(environment, table),
    link: (await askWeir(environment, ['open', `/workflows/${summary.workflow_id}`])).trim(),
    query: `SELECT user_id, item_id, prediction_0, prediction_1 FROM ${table} ORDER BY prediction_1 DESC LIMIT 10`,
    home: homeIsDefault ? undefined : home,
  });
}

function say(text: string): void {
  console.error(`demo: ${text}`);
}
