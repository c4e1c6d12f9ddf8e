import type { Command } from 'commander';
import type { Event } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { callPatiently, type Link } from '../../connection/patience.ts';
import { readWhole } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { onInterrupt } from '../../output/interrupt.ts';
import { paint, print, printable, printJson } from '../../output/terminal.ts';
import { formatTime } from '../../output/times.ts';

const PAGE = 1000;
const WAIT_MS = 20_000;

interface Options {
  readonly after?: number;
  readonly limit?: number;
  readonly follow?: boolean;
  readonly job?: number;
  readonly workflow?: number;
}

/** `weir event list`. */
export function define(command: Command, config: Config): void {
  const whole = (option: string, min: number) => readWhole({ option, min, max: 999_999_999_999_999 });
  command
    .option('--after <n>', 'only events after this number', whole('--after', 0))
    .option('--limit <n>', 'most events to show', whole('--limit', 1))
    .option('-f, --follow', 'go on as they happen')
    .option('--job <id>', 'only events of this job', whole('--job', 1))
    .option('--workflow <id>', 'only events of this workflow', whole('--workflow', 1))
    .addHelpText(
      'after',
      examples('weir event list --job 12', 'weir event list --follow --json') + '\n\nWith --json and --follow: one event per line.',
    );
  handle<Options>(command, config, listEvents);
}

async function listEvents(call: Invocation<Options>): Promise<void> {
  const link = call.link();
  if (call.options.follow === true) {
    onInterrupt();
    return followEvents(link, call);
  }
  const limit = call.options.limit ?? Number.POSITIVE_INFINITY;
  const events: Event[] = [];
  let page = await readPage(link, call.options, { after: call.options.after ?? 0, limit });
  while (page.events.length > 0) {
    events.push(...page.events);
    if (events.length >= limit) break;
    page = await readPage(link, call.options, { after: events.at(-1)?.seq ?? 0, limit: limit - events.length });
  }
  if (call.json) return printJson({ events, last_seq: events.at(-1)?.seq ?? page.last_seq });
  for (const event of events) await printEvent(event);
}

async function followEvents(link: Link, call: Invocation<Options>): Promise<never> {
  let after = call.options.after ?? 0;
  for (;;) {
    const page = await readPage(link, call.options, { after, limit: PAGE, waitMs: WAIT_MS });
    for (const event of page.events) await (call.json ? printJson(event) : printEvent(event));
    after = page.events.at(-1)?.seq ?? after;
  }
}

function readPage(link: Link, options: Options, place: { after: number; limit: number; waitMs?: number }) {
  const query = {
    after: place.after,
    limit: Math.min(PAGE, place.limit),
    ...(options.job === undefined ? {} : { job_id: options.job }),
    ...(options.workflow === undefined ? {} : { workflow_id: options.workflow }),
    ...(place.waitMs === undefined ? {} : { wait_ms: place.waitMs }),
  };
  return callPatiently(link, ({ client }) => client.eventList({ query }));
}

async function printEvent(event: Event): Promise<void> {
  const places = [
    ...(event.job_id === null ? [] : [`job ${event.job_id}`]),
    ...(event.workflow_id === null ? [] : [`workflow ${event.workflow_id}`]),
    ...(event.node === null ? [] : [`on ${event.node}`]),
  ];
  const facts = Object.keys(event.data).length === 0 ? '' : `  ${paint('gray', printable(JSON.stringify(event.data)))}`;
  await print(`${String(event.seq).padStart(6)}  ${formatTime(event.at)}  ${event.type.padEnd(18)}  ${places.join(', ')}${facts}`);
}
