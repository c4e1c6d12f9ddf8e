import type { Command } from 'commander';
import { AppError } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readLabel, splitList } from '../../input/labels.ts';
import { readName } from '../../input/name.ts';
import { examples, handle } from '../../invocation.ts';
import { formatLabels } from '../../nodes/node-text.ts';
import { print, printJson } from '../../output/terminal.ts';

/** `weir node label`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<name>', 'the node')
    .argument('<changes...>', 'key=value sets a label, key- takes it away')
    .addHelpText('after', examples('weir node label node-1 gpu=a100 rack=2', 'weir node label node-1 rack- partition=debug'));
  handle(command, config, async (call) => {
    const name = readName('node', call.args[0]);
    const body = readChanges(call.args.slice(1));
    const node = await call.connect().client.nodeLabel({ params: { name }, body });
    await (call.json ? printJson(node) : print(`node ${name}: ${formatLabels(node.labels) || 'no labels'}`));
  });
}

function readChanges(words: readonly string[]): { set?: Record<string, string>; remove?: string[] } {
  const parts = words.flatMap(splitList);
  const remove = parts.filter((part) => part.endsWith('-') && !part.includes('=')).map((part) => part.slice(0, -1));
  const set = Object.fromEntries(parts.filter((part) => !part.endsWith('-') || part.includes('=')).map((part) => readLabel('label', part)));
  const both = remove.find((key) => Object.hasOwn(set, key));
  if (both !== undefined)
    throw new AppError('invalid_input', `label ${both} is to be set and taken away: say one of them`, { value: both });
  return { ...(Object.keys(set).length === 0 ? {} : { set }), ...(remove.length === 0 ? {} : { remove }) };
}
