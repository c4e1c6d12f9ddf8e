import type { Command } from 'commander';
import { formatBytes, type NodeUsageMinute } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readName } from '../../input/name.ts';
import { readWhole } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { printTable, type Cell } from '../../output/table.ts';
import { note, printJson } from '../../output/terminal.ts';
import { formatTime } from '../../output/times.ts';

const DEFAULT_MINUTES = 30;
const WEEK_MINUTES = 10_080;

interface Options {
  readonly minutes?: number;
}

/** `weir node usage`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<name>', 'the node')
    .option(
      '--minutes <n>',
      `how far back, up to a week (default: ${DEFAULT_MINUTES})`,
      readWhole({ option: '--minutes', min: 1, max: WEEK_MINUTES }),
    )
    .addHelpText('after', examples('weir node usage node-1', 'weir node usage node-1 --minutes 1440 --json'));
  handle<Options>(command, config, showUsage);
}

async function showUsage(call: Invocation<Options>): Promise<void> {
  const name = readName('node', call.args[0]);
  const history = await call.connect().client.nodeUsage({ params: { name }, query: { minutes: call.options.minutes ?? DEFAULT_MINUTES } });
  if (call.json) return printJson(history);
  if (history.minutes.length === 0) {
    note(`node ${name} told nothing in that time`);
    return;
  }
  const gpus = [...new Set(history.minutes.flatMap((minute) => minute.gpus.map((gpu) => gpu.index)))].sort((left, right) => left - right);
  const heads = ['CPU', 'MEMORY', ...gpus.map((index) => `GPU ${index}`)];
  await printTable(
    [{ head: 'TIME' }, ...heads.map((head) => ({ head, align: 'right' as const }))],
    history.minutes.map((minute) => toRow(minute, gpus)),
  );
}

function toRow(minute: NodeUsageMinute, gpus: readonly number[]): Cell[] {
  return [
    formatTime(minute.at),
    `${minute.cpu_percent.toFixed(0)}%`,
    formatBytes(minute.memory_used_bytes),
    ...gpus.map((index) => formatGpu(minute.gpus.find((gpu) => gpu.index === index))),
  ];
}

function formatGpu(gpu: NodeUsageMinute['gpus'][number] | undefined): string {
  const use = gpu?.utilization_percent ?? null;
  const memory = gpu?.memory_used_bytes ?? null;
  return [...(use === null ? [] : [`${use.toFixed(0)}%`]), ...(memory === null ? [] : [formatBytes(memory)])].join(' ') || '-';
}
