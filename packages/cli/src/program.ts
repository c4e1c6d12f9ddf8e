import { Command, CommanderError } from 'commander';
import { AppError } from '@weir/contract/client';
import packageFile from '../package.json' with { type: 'json' };
import { COMMANDS, type Entry, type Group, type Leaf } from './commands.ts';
import type { Config } from './config.ts';

/** Runs one command line (without the program's own name); the exit code goes to `process.exitCode`. */
export async function runProgram(config: Config, argv: readonly string[]): Promise<void> {
  const path: Command[] = [];
  const program = new Command('weir')
    .description('Weir: one self-hosted control plane for a small fleet.')
    .version(packageFile.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showHelpAfterError(false)
    .option('--host <url>', 'the host to talk to (default: WEIR_HOST, else the one that runs in WEIR_HOME)')
    .addHelpText('after', '\nStart with: weir up; weir job submit -- hostname; weir job list');
  addEntries(program, { config, path, entries: COMMANDS });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    throw error instanceof CommanderError ? explainUsage(error, path.at(-1) ?? program) : error;
  }
}

/** True for the end of a run that printed help or the version as it was asked to. */
export function isQuietEnd(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

interface Branch {
  readonly config: Config;
  /** The commands that the command line has named so far. */
  readonly path: Command[];
  readonly entries: Readonly<Record<string, Entry>>;
}

function addEntries(parent: Command, branch: Branch): void {
  const groups = new Map<string, Group>();
  const leaves = new Map<string, Leaf>();
  for (const [name, entry] of Object.entries(branch.entries)) {
    parent.command(name).description(entry.summary).helpOption('-h, --help', 'print this help');
    if ('verbs' in entry) groups.set(name, entry);
    else leaves.set(name, entry);
  }
  parent.hook('preSubcommand', async (_, command) => {
    branch.path.push(command);
    const group = groups.get(command.name());
    if (group !== undefined) addEntries(command.enablePositionalOptions(), { ...branch, entries: group.verbs });
    const leaf = await leaves.get(command.name())?.load();
    leaf?.define(command, branch.config);
  });
}

function explainUsage(error: CommanderError, command: Command): Error {
  if (error.exitCode === 0) return error;
  const help = `see "${fullName(command)} --help"`;
  if (error.code === 'commander.help') return new AppError('invalid_input', `${fullName(command)} needs a command: ${help}`);
  const message = error.message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim();
  return new AppError('invalid_input', `${message}; ${help}`, { cause: error });
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}
