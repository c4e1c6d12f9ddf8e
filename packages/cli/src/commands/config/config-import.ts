import type { Command } from 'commander';
import { AppError } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { examples, handleLocal, type Invocation } from '../../invocation.ts';
import { note, print, write } from '../../output/terminal.ts';
import { envFileOf, formatLine } from '../../settings/env-file.ts';
import { convert } from '../../settings/import/convert.ts';
import { readSourceFile } from '../../settings/import/read-source.ts';
import { writeEnvFile } from '../../settings/write-env-file.ts';

interface Options {
  readonly output?: string;
  readonly force?: boolean;
}

/** `weir config import`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<file>', "HakuRiver's config.toml, scns-conductor's app.properties, or the FuxiCTR workflow's config.yaml")
    .option('-o, --output <file>', 'where to write (default: weir.env of the Weir home; - = standard output)')
    .option('--force', 'replace a file that is there')
    .addHelpText('after', examples('weir config import ~/.hakuriver/config.toml', 'weir config import app.properties -o -'))
    .addHelpText('after', '\nTells each key that means nothing here. A value of the wrong type is refused: then nothing is written.');
  handleLocal<Options>(command, config, importFile);
}

async function importFile({ config, options, args }: Invocation<Options>): Promise<void> {
  const path = args[0] ?? '';
  const source = readSourceFile(path);
  const { settings, left, wrong } = convert(source);
  for (const { key, why } of left) note(`${key}: left out: ${why}`);
  if (wrong.length > 0) {
    const told = wrong.map(({ key, why }) => `${key} ${why}`).join('; ');
    throw new AppError('invalid_config', `${path}: ${told}`, { field: wrong[0]?.key ?? 'FILE' });
  }
  if (settings.size === 0)
    throw new AppError('invalid_config', `${path} has no setting of ${source.system} that means something here`, {
      field: 'FILE',
      value: path,
    });
  const text = `# From ${JSON.stringify(path)}, of ${source.system}.\n${[...settings].map(([name, value]) => `${formatLine(name, value)}\n`).join('')}`;
  if (options.output === '-') return write(text);
  const written = writeEnvFile(options.output ?? envFileOf(config.home), text, { force: options.force === true });
  await print(written);
  note(`${settings.size} settings; see them with: weir config show`);
}
