import { Option, type Command } from 'commander';
import { STAGES, type Event, type Stage } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { callOnce } from '../../connection/patience.ts';
import { readId } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { onInterrupt } from '../../output/interrupt.ts';
import { clearStatus, paint, print, printable, printJson, showStatus } from '../../output/terminal.ts';
import { formatClock } from '../../output/times.ts';
import { formatProgress, stageOf } from '../../workflows/event-fields.ts';
import { describeWorkflowEvent, stageColumn } from '../../workflows/event-text.ts';
import { copyWorkflowEvents, followWorkflowEvents } from '../../workflows/follow-events.ts';

interface Options {
  readonly follow?: boolean;
  readonly stage?: Stage;
}

/** `weir workflow logs`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<id>', 'the workflow')
    .option('-f, --follow', 'go on until it has ended')
    .addOption(new Option('--stage <stage>', 'only this stage').choices(STAGES))
    .addHelpText(
      'after',
      examples('weir workflow logs 7 --follow', 'weir workflow logs 7 --stage train') + '\n\nWith --json: one event per line.',
    );
  handle<Options>(command, config, showLogs);
}

async function showLogs(call: Invocation<Options>): Promise<void> {
  const id = readId('workflow', call.args[0]);
  const { stage, follow } = call.options;
  const tell = call.json ? printJson : follow === true && process.stdout.isTTY ? printLively : printLine;
  const sink = async (event: Event) => (stage === undefined || stageOf(event) === stage ? tell(event) : undefined);
  const link = call.link();
  await callOnce(link, ({ client }) => client.workflowShow({ params: { task_id: id } }));
  if (follow !== true) {
    await copyWorkflowEvents(link, id, { after: 0, sink });
    return;
  }
  onInterrupt(`workflow ${id} goes on; cancel it with: weir workflow cancel ${id}`);
  await followWorkflowEvents(link, id, { after: 0, sink });
  clearStatus();
}

async function printLively(event: Event): Promise<void> {
  if (event.type === 'stage.progressed') {
    showStatus(`${formatClock(event.at)}  ${stageColumn(event)}  ${printable(formatProgress(event))}`);
    return;
  }
  clearStatus();
  await printLine(event);
}

async function printLine(event: Event): Promise<void> {
  const told = describeWorkflowEvent(event);
  if (told === undefined) return;
  const text = printable(told.text);
  await print(
    `${paint('gray', formatClock(event.at))}  ${stageColumn(event)}  ${told.color === undefined ? text : paint(told.color, text)}`,
  );
}
