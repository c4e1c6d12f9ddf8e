import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { readName } from '../../input/name.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { print, printJson } from '../../output/terminal.ts';

interface Options {
  readonly reason?: string;
}

/** `weir node drain`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<name...>', 'the nodes')
    .option('--reason <text>', 'why, for those who look')
    .addHelpText(
      'after',
      examples('weir node drain node-1 --reason "new disk"') + '\n\nIts jobs go on; nothing more starts there until: weir node resume',
    );
  handle<Options>(command, config, drainNodes);
}

async function drainNodes(call: Invocation<Options>): Promise<void> {
  const names = call.args.map((name) => readName('node', name));
  const { reason } = call.options;
  const { client } = call.connect();
  for (const name of names) {
    const node = await client.nodeDrain({ params: { name }, body: reason === undefined ? {} : { reason } });
    const left = node.jobs === 0 ? 'it has no jobs' : `${node.jobs} ${node.jobs === 1 ? 'job goes' : 'jobs go'} on`;
    await (call.json ? printJson(node) : print(`node ${name} is drained: ${left}`));
  }
}
