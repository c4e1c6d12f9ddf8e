/** Name of the shell ($0) of a command line; tells such a command from a user's own `/bin/sh -c`. */
const SHELL_NAME = 'hakuriver-task';
const SHELL_CHARACTERS = /[\s;|&<>()$`"'*?[\]{}~#!\\]/;

/**
 * The program of a task. There a shell read `command` and got the arguments quoted: a plain name is started as it is, anything else
 * is a line of a shell that has the arguments at its end. Arguments arrive byte by byte.
 */
export function toArgv(command: string, args: readonly string[]): string[] {
  if (!SHELL_CHARACTERS.test(command)) return [command, ...args];
  return ['/bin/sh', '-c', args.length === 0 ? command : `${command} "$@"`, SHELL_NAME, ...args];
}

/** The task that a program was made from. */
export function fromArgv(argv: readonly string[]): { command: string; arguments: string[] } {
  const [program = '', option, line, name, ...args] = argv;
  if (program !== '/bin/sh' || option !== '-c' || line === undefined || name !== SHELL_NAME)
    return { command: program, arguments: argv.slice(1) };
  return { command: args.length === 0 ? line : line.replace(/ "\$@"$/, ''), arguments: args };
}
