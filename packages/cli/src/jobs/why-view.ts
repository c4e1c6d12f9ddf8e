import type { JobWhy } from '@weir/contract/client';
import { printCard, type Cell } from '../output/table.ts';
import { print } from '../output/terminal.ts';
import { describeAhead, describeChange, describePriority, describeStart } from './why-text.ts';

/** Prints why a job does not start now, where it stands, and what would start it. */
export async function printWhy(title: string, why: JobWhy): Promise<void> {
  const waits = why.kind !== 'not_pending' && why.kind !== 'never_fits';
  await printCard(title, [
    ['reason', why.reason],
    ...(waits ? describeWait(why) : []),
    [why.kind === 'starting_now' ? 'starts on' : 'booked on', waits && why.nodes.length > 0 ? why.nodes.join(', ') : null],
  ]);
  if (why.changes.length === 0) return;
  await print(`\nIt would start now with ${why.changes.length === 1 ? 'this' : 'any of these'}:`);
  for (const change of why.changes) await print(`  ${describeChange(change)}`);
}

function describeWait(why: JobWhy): (readonly [string, Cell | null])[] {
  return [
    ['place', why.kind === 'starting_now' ? null : describeAhead(why)],
    ['starts', describeStart(why.estimated_start) ?? (why.kind === 'starting_now' ? 'now' : 'cannot be said yet')],
    ['priority', describePriority(why.priority)],
  ];
}
