import type { Command } from 'commander';
import { AppError } from '@weir/contract/client';
import { writeFileAtomic } from '@weir/runtime/files';
import type { Config } from '../../config.ts';
import { readId } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { note, printJson, write } from '../../output/terminal.ts';
import { printSummary } from '../../workflows/summary-view.ts';

interface Options {
  readonly html?: string;
}

/** `weir workflow report`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<id>', 'the workflow')
    .option('--html <file>', 'write the page to this file ("-" = standard output)')
    .addHelpText('after', examples('weir workflow report 7', 'weir workflow report 7 --html report.html', 'weir workflow report 7 --json'));
  handle<Options>(command, config, showReport);
}

async function showReport(call: Invocation<Options>): Promise<void> {
  const params = { task_id: readId('workflow', call.args[0]) };
  const { html } = call.options;
  if (html !== undefined && call.json)
    throw new AppError('invalid_input', '--html and --json are two forms of the report: use one of them');
  const { client } = call.connect();
  if (call.json) return printJson(await client.workflowReportShow({ params }));
  if (html === undefined) {
    await printSummary(await client.workflowSummary({ params }));
    note(`in a browser: weir open /workflows/${params.task_id}`);
    return;
  }
  const page = await client.workflowReport({ params });
  if (html === '-') return write(page);
  savePage(html, page);
  note(`report written to ${html}`);
}

function savePage(file: string, page: Uint8Array): void {
  try {
    writeFileAtomic(file, page);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('invalid_input', `--html: cannot write ${file}: ${why}`, { field: '--html', value: file, cause });
  }
}
