import type { Command } from 'commander';
import { formatBytes, type Node } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readName } from '../../input/name.ts';
import { examples, handle } from '../../invocation.ts';
import { formatGpuUsage, formatLabels, formatUsage, paintNodeState } from '../../nodes/node-text.ts';
import { printCard, type Cell } from '../../output/table.ts';
import { printJson } from '../../output/terminal.ts';
import { formatTime } from '../../output/times.ts';

type Fact = readonly [string, Cell | null];

/** `weir node show`. */
export function define(command: Command, config: Config): void {
  command.argument('<name>', 'the node').addHelpText('after', examples('weir node show node-1'));
  handle(command, config, async (call) => {
    const node = await call.connect().client.nodeShow({ params: { name: readName('node', call.args[0]) } });
    await (call.json ? printJson(node) : printCard(`node ${node.name}`, describeFacts(node)));
  });
}

function describeFacts(node: Node): Fact[] {
  return [
    ['state', paintNodeState(node)],
    ['drained', node.drained ? (node.drain_reason ?? 'without a reason') : null],
    ['hostname', node.hostname],
    ['address', node.address === '' ? null : node.address],
    ['system', node.os],
    ['runner', node.runner_version],
    ['last seen', node.last_seen_at === null ? 'never' : formatTime(node.last_seen_at)],
    ['labels', Object.keys(node.labels).length === 0 ? null : formatLabels(node.labels)],
    ['jobs', node.jobs],
    ['cores', `${node.cpus_allocated} of ${node.cpus} allocated`],
    ['memory', `${formatBytes(node.memory_bytes_allocated)} of ${formatBytes(node.memory_bytes)} allocated`],
    ['now', node.usage === null ? null : formatUsage(node.usage)],
    ...describeParts(node),
  ];
}

function describeParts(node: Node): Fact[] {
  return [
    ...node.numa.map(({ id, cpus, memory_bytes }): Fact => [`NUMA ${id}`, `${cpus} cores, ${formatBytes(memory_bytes)}`]),
    ...node.gpus.map((gpu): Fact => {
      const usage = formatGpuUsage(node.usage, gpu.index);
      const facts = `${gpu.name}, ${formatBytes(gpu.memory_bytes)}, ${gpu.allocated ? 'allocated' : 'free'}`;
      return [`GPU ${gpu.index}`, usage === '' ? facts : `${facts}: ${usage}`];
    }),
    ...node.executors.map(({ kind, usable, notes }): Fact => {
      const why = notes.length === 0 ? '' : `: ${notes.join('; ')}`;
      return [kind, `${usable ? 'usable' : 'not usable'}${why}`];
    }),
  ];
}
