import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { readWhole } from '../input/numbers.ts';
import { examples, handleLocal } from '../invocation.ts';
import { becomeProgram } from '../up/become-program.ts';
import { hostProgram } from '../up/programs.ts';

interface Options {
  readonly port?: number;
  readonly listen?: string;
}

/** `weir host`. */
export function define(command: Command, config: Config): void {
  command
    .option('--port <n>', 'port (default: WEIR_PORT, else 7766; 0 = any free one)', readWhole({ option: '--port', min: 0, max: 65_535 }))
    .option('--listen <address>', 'address to listen on (default: WEIR_LISTEN, else 127.0.0.1)')
    .addHelpText('after', examples('weir host --port 7766') + '\n\nFor service managers; weir up starts a host and a runner together.');
  handleLocal<Options>(command, config, async ({ options }) =>
    becomeProgram(hostProgram(config, { port: options.port ?? config.port, listen: options.listen ?? config.listen })),
  );
}
