import type { Command } from 'commander';
import { formatBytes } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { examples, handle } from '../../invocation.ts';
import { printCard } from '../../output/table.ts';
import { printJson } from '../../output/terminal.ts';
import { formatTime } from '../../output/times.ts';
import { paintNodeState } from './node-list.ts';

/** `weir node show`. */
export function define(command: Command, config: Config): void {
  command.argument('<name>', 'the node').addHelpText('after', examples('weir node show node-1'));
  handle(command, config, async (call) => {
    const node = await call.connect().client.nodeShow({ params: { name: call.args[0] ?? '' } });
    if (call.json) return printJson(node);
    await printCard(`node ${node.name}`, [
      ['state', paintNodeState(node.state)],
      ['hostname', node.hostname],
      ['system', node.os],
      ['runner', node.runner_version],
      ['last seen', node.last_seen_at === null ? 'never' : formatTime(node.last_seen_at)],
      ['jobs', node.jobs],
      ['cores', `${node.cpus_allocated} of ${node.cpus} allocated`],
      ['memory', `${formatBytes(node.memory_bytes_allocated)} of ${formatBytes(node.memory_bytes)} allocated`],
      ...node.gpus.map(
        (gpu) => [`GPU ${gpu.index}`, `${gpu.name}, ${formatBytes(gpu.memory_bytes)}, ${gpu.allocated ? 'allocated' : 'free'}`] as const,
      ),
    ]);
  });
}
