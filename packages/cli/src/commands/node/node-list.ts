import type { Command } from 'commander';
import { formatBytes, type Node } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { examples, handle } from '../../invocation.ts';
import { formatLabels, paintNodeState } from '../../nodes/node-text.ts';
import { printTable, type Cell, type Column } from '../../output/table.ts';
import { note, printJson } from '../../output/terminal.ts';

const COLUMNS: readonly Column[] = [
  { head: 'NAME' },
  { head: 'STATE' },
  { head: 'JOBS', align: 'right' },
  { head: 'CPUS', align: 'right' },
  { head: 'MEMORY', align: 'right' },
  { head: 'GPUS', align: 'right' },
  { head: 'BUSY', align: 'right' },
  { head: 'LABELS', cut: true },
];

/** `weir node list`. */
export function define(command: Command, config: Config): void {
  command.addHelpText('after', examples('weir node list') + '\n\nCPUS, MEMORY and GPUS: allocated / all. BUSY: CPUs in use now, measured.');
  handle(command, config, async (call) => {
    const list = await call.connect().client.nodeList();
    if (call.json) return printJson(list);
    if (list.nodes.length === 0) {
      note('no nodes');
      return;
    }
    await printTable(COLUMNS, list.nodes.map(toRow));
  });
}

function toRow(node: Node): Cell[] {
  return [
    node.name,
    paintNodeState(node),
    node.jobs,
    `${node.cpus_allocated}/${node.cpus}`,
    `${formatBytes(node.memory_bytes_allocated)} / ${formatBytes(node.memory_bytes)}`,
    `${node.gpus.filter((gpu) => gpu.allocated).length}/${node.gpus.length}`,
    node.usage === null ? '-' : `${node.usage.cpuPercent.toFixed(0)}%`,
    formatLabels(node.labels),
  ];
}
