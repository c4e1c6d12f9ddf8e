import type { Command } from 'commander';
import { ERROR_CODES, type Client } from '@weir/contract/client';
import type { Config } from '../config.ts';
import { examples, handle, type Invocation } from '../invocation.ts';
import { readMembership, type Membership } from '../nodes/joined-home.ts';
import { printCard, type Cell } from '../output/table.ts';
import { paint, printJson } from '../output/terminal.ts';
import { formatSpan } from '../output/times.ts';
import { placesOf } from '../up/places.ts';
import { readLivingRecord, type ProcessRecord } from '../up/process-record.ts';
import { askHealth } from '../up/readiness.ts';

/** `weir status`. */
export function define(command: Command, config: Config): void {
  command.addHelpText('after', examples('weir status', 'weir status --json') + '\n\nExit code: 0 when it is up and healthy, else 69.');
  handle(command, config, showStatus);
}

async function showStatus(call: Invocation<unknown>): Promise<number> {
  const membership = readMembership(call.config.home);
  if (membership !== undefined && call.options.host === undefined) return showNode(call, membership);
  const status = await readStatus(call);
  await (call.json ? printJson(status) : printStatus(status));
  return status.state === 'healthy' ? 0 : ERROR_CODES.host_unreachable.exit;
}

/** Of a home that joined a fleet: whether its runner runs and one of the hosts answers. */
async function showNode({ config, json }: Invocation<unknown>, { hosts, node }: Membership): Promise<number> {
  const runner_pid = pidOf(readLivingRecord(placesOf(config.home).runner));
  const answers = await Promise.all(hosts.map(async (url) => ({ url, health: await askHealth(url) })));
  const { url, health } = answers.find((answer) => answer.health?.status === 'healthy') ?? answers[0] ?? { url: null, health: undefined };
  const state = runner_pid === null ? 'down' : (health?.status ?? 'unreachable');
  if (json) await printJson({ state, home: config.home, node, url, runner_pid, health: health ?? null });
  else {
    await printCard(`node ${node} in ${config.home}`, [
      ['state', { painted: paint(COLORS[state], state) }],
      ...(runner_pid === null ? [['start it', 'weir node join'] as const] : []),
      ...answers.map(
        ({ url: host, health: its }) => ['host', `${host}${its === undefined ? ' does not answer' : `, ${its.status}`}`] as const,
      ),
      ['runner', describeProcess(runner_pid)],
    ]);
  }
  return state === 'healthy' ? 0 : ERROR_CODES.host_unreachable.exit;
}

type Status = Awaited<ReturnType<typeof readStatus>>;

async function readStatus(call: Invocation<unknown>) {
  const places = placesOf(call.config.home);
  const host = readLivingRecord(places.host);
  const remote = call.options.host ?? call.config.hostUrl;
  const url = remote === undefined ? host?.url : call.connect().url;
  const health = url === undefined ? undefined : await askHealth(url);
  const state = health === undefined ? (host === undefined ? ('down' as const) : ('unreachable' as const)) : health.status;
  return {
    state,
    home: call.config.home,
    url: url ?? null,
    supervisor_pid: pidOf(readLivingRecord(places.up)),
    host_pid: health?.pid ?? pidOf(host),
    runner_pid: pidOf(readLivingRecord(places.runner)),
    health: health ?? null,
    ...(health === undefined ? { nodes: null, jobs: null } : await countWork(call.connect().client)),
  };
}

function pidOf(record: ProcessRecord | undefined): number | null {
  return record?.pid ?? null;
}

async function countWork(client: Client) {
  const count = async (state: 'running' | 'pending') => (await client.jobList({ query: { state, limit: 1 } })).total;
  const [running, pending, { nodes }] = await Promise.all([count('running'), count('pending'), client.nodeList()]);
  return { nodes: nodes.map(({ name, state }) => ({ name, state })), jobs: { running, pending } };
}

const COLORS = { healthy: 'green', unhealthy: 'red', unreachable: 'red', down: 'yellow' } as const;

async function printStatus(status: Status): Promise<void> {
  const health = status.health;
  const wrong = Object.entries(health?.checks ?? {}).filter(([, text]) => text !== 'ok');
  await printCard(`Weir in ${status.home}`, [
    ['state', { painted: paint(COLORS[status.state], status.state) }],
    ...(status.state === 'down' ? [['start it', 'weir up'] as const] : []),
    ['url', status.url],
    ...wrong.map(([part, text]) => [part, { painted: paint('red', text) }] as const),
    ['host', describeProcess(status.host_pid, health === null ? undefined : formatSpan(health.uptime_seconds * 1000))],
    ['runner', describeProcess(status.runner_pid)],
    ['supervisor', describeProcess(status.supervisor_pid)],
    ['nodes', status.nodes === null ? null : status.nodes.map((node) => `${node.name} ${node.state}`).join(', ') || 'none'],
    ['jobs', status.jobs === null ? null : `${status.jobs.running} running, ${status.jobs.pending} pending`],
  ]);
}

function describeProcess(pid: number | null, uptime?: string): Cell | null {
  if (pid === null) return null;
  return `pid ${pid}${uptime === undefined ? '' : `, up ${uptime}`}`;
}
