import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { confirm } from '../../input/confirm.ts';
import { readName } from '../../input/name.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { note, print, printJson } from '../../output/terminal.ts';

interface Options {
  readonly force?: boolean;
  readonly yes?: boolean;
}

/** `weir node remove`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<name>', 'the node')
    .option('--force', 'although it has jobs: they are lost')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      examples('weir node remove node-1', 'weir node remove node-1 --force --yes') +
        '\n\nIts token is useless from then on; another machine may join with the name.',
    );
  handle<Options>(command, config, removeNode);
}

async function removeNode(call: Invocation<Options>): Promise<number> {
  const name = readName('node', call.args[0]);
  const { force, yes } = call.options;
  const { client } = call.connect();
  const lost = force === true ? ' and its jobs lost' : '';
  const warning = { what: `node ${name} would be forgotten${lost}`, question: `Forget node ${name}${lost}?` };
  if (yes !== true && !(await confirm(warning))) {
    note('nothing removed');
    return 1;
  }
  const answer = await client.nodeRemove({ params: { name }, ...(force === true ? { query: { force: 'true' as const } } : {}) });
  await (call.json ? printJson(answer) : print(`node ${name} is removed`));
  return 0;
}
