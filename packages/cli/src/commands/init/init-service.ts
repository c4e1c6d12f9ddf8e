import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { AppError } from '@weir/contract/client';
import { writeFileAtomic } from '@weir/runtime/files';
import type { Config } from '../../config.ts';
import { examples, handleLocal, type Invocation } from '../../invocation.ts';
import { note, print } from '../../output/terminal.ts';
import { renderUnit, unitName, type Part } from '../../service/unit.ts';
import { verifyUnits } from '../../service/verify-units.ts';

interface Options {
  readonly host?: string | true;
  readonly runner?: boolean;
  readonly all?: boolean;
  readonly user?: string;
  readonly outputDir?: string;
  readonly force?: boolean;
}

const LAUNCHER = fileURLToPath(new URL('../../../../../weir', import.meta.url));
const USER = /^[a-z_][a-z0-9_-]{0,31}\$?$/i;

/** `weir init service`. */
export function define(command: Command, config: Config): void {
  command
    .option('--host', 'a unit for the host')
    .option('--runner', 'a unit for the runner')
    .option('--all', 'both')
    .option('--user <name>', 'who they run as (default: you)')
    .option('--output-dir <dir>', 'where to write (default: here)')
    .option('--force', 'replace files that are there')
    .addHelpText('after', examples('weir init service --all', 'weir init service --runner --user weir --output-dir /tmp'));
  handleLocal<Options>(command, config, writeUnits);
}

async function writeUnits({ config, options }: Invocation<Options>): Promise<void> {
  const parts = chooseParts(options);
  const user = options.user ?? userInfo().username;
  if (!USER.test(user))
    throw new AppError('invalid_input', `--user "${user}" is not the name of a system user`, { field: '--user', value: user });
  const folder = resolve(options.outputDir ?? '.');
  const units = parts.map((part) => ({
    path: join(folder, unitName(part)),
    text: renderUnit(part, { user, home: config.home, launcher: LAUNCHER, beside: parts.length > 1 }),
  }));
  const there = units.find(({ path }) => existsSync(path));
  if (there !== undefined && options.force !== true)
    throw new AppError('already_exists', `${there.path} is there already: give --force to replace it`, {
      field: '--output-dir',
      value: folder,
    });
  for (const { path, text } of units) {
    writeFileAtomic(path, text);
    await print(path);
  }
  for (const line of await verifyUnits(units.map(({ path }) => path))) note(`systemd-analyze: ${line}`);
  tellNextSteps(parts, folder);
}

function chooseParts(options: Options): Part[] {
  const parts: Part[] = [];
  if (options.all === true || options.host === true) parts.push('host');
  if (options.all === true || options.runner === true) parts.push('runner');
  if (parts.length === 0) throw new AppError('invalid_input', 'say for what: --host, --runner or --all', { field: '--all' });
  return parts;
}

function tellNextSteps(parts: readonly Part[], folder: string): void {
  const names = parts.map(unitName);
  note(`Next:
  sudo cp ${names.map((name) => join(folder, name)).join(' ')} /etc/systemd/system/
  sudo systemctl daemon-reload
  sudo systemctl enable --now ${names.join(' ')}`);
  if (!parts.includes('host')) note('before that, once, as the same user: weir node join --host URL --token TOKEN');
}
