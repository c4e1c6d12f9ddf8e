import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { readWhole } from '../input/numbers.ts';
import { examples, handleLocal } from '../invocation.ts';
import { refuseJoinedHome } from '../nodes/joined-home.ts';
import { tellUnknownSettings } from '../settings/unknown.ts';
import { becomeProgram } from '../up/become-program.ts';
import { LISTENING_HELP } from '../up/listening-help.ts';
import { hostProgram } from '../up/programs.ts';

interface Options {
  readonly port?: number;
  readonly listen?: string;
  readonly store?: string;
  readonly redis?: string;
  readonly advertiseUrl?: string;
}

/** `weir host`. */
export function define(command: Command, config: Config): void {
  command
    .option('--port <n>', 'port (default: WEIR_PORT, else 7766; 0 = any free one)', readWhole({ option: '--port', min: 0, max: 65_535 }))
    .option('--listen <address>', 'address to listen on (default: WEIR_LISTEN, else 127.0.0.1)')
    .option('--store <url>', 'postgres://… that several hosts share (default: WEIR_STORE, else a file of the Weir home)')
    .option('--redis <url>', 'redis://… that hosts meet at (default: WEIR_REDIS, else none)')
    .option('--advertise-url <url>', 'where other hosts and runners reach this one (default: WEIR_ADVERTISE_URL, else where it listens)')
    .addHelpText(
      'after',
      examples('weir host --port 7766', 'weir host --listen 0.0.0.0 --store postgres://weir@db/weir --redis redis://cache') +
        `\n\nFor service managers; weir up starts a host and a runner together.\n${LISTENING_HELP}`,
    );
  handleLocal<Options>(command, config, async ({ options }) => {
    refuseJoinedHome(config.home);
    tellUnknownSettings(config);
    becomeProgram(
      hostProgram(config, {
        port: options.port ?? config.port,
        listen: options.listen ?? config.listen,
        variables: { WEIR_STORE: options.store, WEIR_REDIS: options.redis, WEIR_ADVERTISE_URL: options.advertiseUrl },
      }),
    );
  });
}
