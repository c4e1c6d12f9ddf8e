import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { readWhole } from '../input/numbers.ts';
import { examples, handleLocal, type Invocation } from '../invocation.ts';
import { refuseJoinedHome } from '../nodes/joined-home.ts';
import { note, print } from '../output/terminal.ts';
import { tellUnknownSettings } from '../settings/unknown.ts';
import { startDetached } from '../up/detach.ts';
import { LISTENING_HELP } from '../up/listening-help.ts';
import { placesOf } from '../up/places.ts';
import { readLivingRecord } from '../up/process-record.ts';
import { waitUntilReady } from '../up/readiness.ts';
import { runSupervisor, START_TIMEOUT_MS } from '../up/run-supervisor.ts';

interface Options {
  readonly detach?: boolean;
  readonly port?: number;
  readonly listen?: string;
}

/** `weir up`. */
export function define(command: Command, config: Config): void {
  command
    .option('-d, --detach', 'return when it is up and leave it running')
    .option(
      '--port <n>',
      'port of the host (default: WEIR_PORT, else 7766; 0 = any free one)',
      readWhole({ option: '--port', min: 0, max: 65_535 }),
    )
    .option('--listen <address>', 'address the host listens on (default: WEIR_LISTEN, else 127.0.0.1)')
    .addHelpText(
      'after',
      examples('weir up', 'weir up --detach', 'weir up --detach --port 0') + `\n\nStop it with: weir down\n${LISTENING_HELP}`,
    );
  handleLocal<Options>(command, config, startUp);
}

async function startUp({ config, options }: Invocation<Options>): Promise<void> {
  const places = placesOf(config.home);
  refuseJoinedHome(config.home);
  tellUnknownSettings(config);
  const listening = { port: options.port ?? config.port, listen: options.listen ?? config.listen };
  if (readLivingRecord(places.up) !== undefined) return tellAlreadyUp(config);
  if (options.detach === true) {
    await print(`Weir is up at ${await startDetached(config, listening)}`);
    note('open its pages: weir open    stop it: weir down');
    return;
  }
  const claim = await runSupervisor(config, listening, {
    onReady: async (url) => {
      await print(`Weir is up at ${url}`);
      note('open its pages: weir open    stop it: Ctrl-C, or weir down');
    },
  });
  if (claim.kind === 'held') await tellAlreadyUp(config);
}

async function tellAlreadyUp(config: Config): Promise<void> {
  const deadlineAt = Date.now() + START_TIMEOUT_MS;
  const url = await waitUntilReady(placesOf(config.home), { deadlineAt, failure: () => undefined, supervised: true });
  await print(`Weir is already up at ${url}`);
}
