import type { Command } from 'commander';
import type { Config } from './config.ts';
import { connect, type Address, type Connection } from './connection/connect.ts';
import { openLink, type Link } from './connection/patience.ts';

/** The options that every command of the API has. */
interface CommonOptions {
  readonly host?: string;
  readonly json?: boolean;
}

/** One call of a command. */
export interface Invocation<Options> {
  readonly config: Config;
  readonly options: Options & CommonOptions;
  /** Operands as they were typed. */
  readonly args: readonly string[];
  readonly json: boolean;
  /** The host for calls that are made once. */
  readonly connect: () => Connection;
  /** The host for calls that outlive a restart of it. */
  readonly link: () => Link;
}

/** Does a command's work; answers the exit code, nothing for 0. */
export type Handler<Options> = (invocation: Invocation<Options>) => Promise<number> | Promise<void>;

/** Lets `handler` run when the command is called; adds `--json` and `--host`. */
export function handle<Options>(command: Command, config: Config, handler: Handler<Options>): void {
  command.option('--json', "print the API's JSON and nothing else");
  handleText(command, config, handler);
}

/** Like `handle`, for a command whose output is not JSON: without `--json`. */
export function handleText<Options>(command: Command, config: Config, handler: Handler<Options>): void {
  command.option('--host <url>', 'the host to talk to');
  handleLocal(command, config, handler);
}

/** Like `handle`, for a command that is about this machine: without `--json` and `--host`. */
export function handleLocal<Options>(command: Command, config: Config, handler: Handler<Options>): void {
  command.action(async () => {
    const options = command.optsWithGlobals<Options & CommonOptions>();
    const address: Address = { config, host: options.host };
    const invocation: Invocation<Options> = {
      config,
      options,
      args: command.args,
      json: options.json === true,
      connect: () => connect(address),
      link: () => openLink(address),
    };
    const exitCode = await handler(invocation);
    process.exitCode = typeof exitCode === 'number' ? exitCode : 0;
  });
}

/** Help text of a command's examples, one per line. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
