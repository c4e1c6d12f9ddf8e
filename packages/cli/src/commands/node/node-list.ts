import type { Command } from 'commander';
import { formatBytes, type Node, type NodeState } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { examples, handle } from '../../invocation.ts';
import { printTable, type Cell, type Column } from '../../output/table.ts';
import { note, paint, printJson, type Color } from '../../output/terminal.ts';

const COLORS: Record<NodeState, Color> = { online: 'green', suspect: 'yellow', lost: 'red' };

const COLUMNS: readonly Column[] = [
  { head: 'NAME' },
  { head: 'STATE' },
  { head: 'JOBS', align: 'right' },
  { head: 'CPUS', align: 'right' },
  { head: 'MEMORY', align: 'right' },
  { head: 'GPUS', align: 'right' },
];

/** `weir node list`. */
export function define(command: Command, config: Config): void {
  command.addHelpText('after', examples('weir node list') + '\n\nCPUS, MEMORY and GPUS: allocated / all.');
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

/** A node's state in its colour. */
export function paintNodeState(state: NodeState): { readonly painted: string } {
  return { painted: paint(COLORS[state], state) };
}

function toRow(node: Node): Cell[] {
  return [
    node.name,
    paintNodeState(node.state),
    node.jobs,
    `${node.cpus_allocated}/${node.cpus}`,
    `${formatBytes(node.memory_bytes_allocated)} / ${formatBytes(node.memory_bytes)}`,
    `${node.gpus.filter((gpu) => gpu.allocated).length}/${node.gpus.length}`,
  ];
}
