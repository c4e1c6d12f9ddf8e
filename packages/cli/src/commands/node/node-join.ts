import { hostname } from 'node:os';
import type { Command } from 'commander';
import type { Labels } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { warnOfPlainText } from '../../connection/addresses.ts';
import { readUrl } from '../../connection/connect.ts';
import { readLabels } from '../../input/labels.ts';
import { readName } from '../../input/name.ts';
import { readSecret } from '../../input/secret.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { joinHost } from '../../nodes/join-host.ts';
import { refuseHomeOfHost, type Membership } from '../../nodes/joined-home.ts';
import { startRunnerDetached } from '../../nodes/start-node.ts';
import { note, print, printJson } from '../../output/terminal.ts';
import { becomeProgram } from '../../up/become-program.ts';
import { logOf, placesOf } from '../../up/places.ts';
import { readLivingRecord } from '../../up/process-record.ts';
import { runnerProgram } from '../../up/programs.ts';

interface Options {
  readonly token?: string;
  readonly name?: string;
  readonly labels?: Labels;
  readonly detach?: boolean;
}

/** `weir node join`. */
export function define(command: Command, config: Config): void {
  command
    .option('--token <secret>', 'join token; "-" reads it from standard input')
    .option('--name <name>', 'name of the node (default: WEIR_NODE_NAME, else the name of this machine)', (text) => readName('node', text))
    .option('--labels <k=v,...>', 'labels of the node, from the start (repeatable)', addLabels)
    .option('-d, --detach', 'return when the runner is started and leave it running')
    .addHelpText(
      'after',
      examples(
        'weir node join --host https://weir.lab.example --token T',
        'weir node join --host weir.lab:7766 --token T --labels gpu=a100 --detach',
        'weir node join --host https://one.lab.example,https://two.lab.example --token T',
        'weir node join',
      ) +
        '\n\nRun it on the machine that is to become a node; "weir token create --join" on the host prints the line.\nStarted again it needs neither --host nor --token. Stop it with Ctrl-C or weir down; its jobs run on, and the next start follows them again.',
    );
  handle<Options>(command, config, join);
}

function addLabels(text: string, before: Labels | undefined): Labels | undefined {
  return { ...before, ...readLabels('--labels', text) };
}

async function join(call: Invocation<Options>): Promise<void> {
  const { config, options } = call;
  refuseHomeOfHost(config.home);
  const named = options.host ?? config.hostUrl;
  const membership = await joinHost({
    home: config.home,
    hosts: named === undefined ? undefined : named.split(',').map(readUrl),
    token: options.token === '-' ? await readSecret('Join token: ') : options.token,
    name: options.name,
    defaultName: readName('node', config.environment['WEIR_NODE_NAME'] ?? toName(hostname())),
    labels: options.labels,
  });
  for (const host of membership.hosts) warnOfPlainText(host);
  await run(call, membership);
}

async function run({ config, options, json }: Invocation<Options>, membership: Membership): Promise<void> {
  const places = placesOf(config.home);
  const running = readLivingRecord(places.runner);
  if (running === undefined && options.detach !== true) {
    note(`node ${membership.node} of ${membership.hosts.join(', ')}; Ctrl-C stops its runner, its jobs run on`);
    becomeProgram(runnerProgram(config));
  }
  const pid = running?.pid ?? (await startRunnerDetached(config));
  if (json) return printJson({ ...membership, pid });
  await print(
    `node ${membership.node} of ${membership.hosts.join(', ')} ${running === undefined ? 'is started' : 'runs already'} (pid ${pid})`,
  );
  note(`its log: ${logOf(places, 'runner')}    stop it: weir down`);
}

function toName(text: string): string {
  const name = text
    .replace(/[^A-Za-z0-9_.-]/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 100);
  return name === '' ? 'node' : name;
}
