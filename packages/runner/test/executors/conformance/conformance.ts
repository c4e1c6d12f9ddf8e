import type { ExecutorKind } from '@weir/contract';
import { afterEach, beforeEach, describe } from 'vitest';
import { ExecutorBench, type MakeExecutor } from '../executor-bench.ts';
import { describeBinding } from './binding.ts';
import { describeEndings } from './endings.ts';
import { describeMemoryLimits } from './memory-limits.ts';
import { describeOutputFiles } from './output-files.ts';
import { describePausing } from './pausing.ts';
import { describeRestarts } from './restarts.ts';
import { describeStopping } from './stopping.ts';
import { describeSurroundings } from './surroundings.ts';

const PARTS = {
  'how a program ends': describeEndings,
  'what a program finds': describeSurroundings,
  stopping: describeStopping,
  pausing: describePausing,
  'memory limits': describeMemoryLimits,
  restarts: describeRestarts,
  'files of the user': describeOutputFiles,
  binding: describeBinding,
} satisfies Record<string, (bench: () => ExecutorBench) => void>;

type Part = keyof typeof PARTS;
const ALL_PARTS = Object.keys(PARTS) as Part[];

/** What every executor does, told as tests; `make` gives a new executor for a home, `kind` is ordered of it; `parts`: only those. */
export function describeExecutor(kind: ExecutorKind, make: MakeExecutor, parts: readonly Part[] = ALL_PARTS): void {
  let bench: ExecutorBench;
  beforeEach(() => {
    bench = new ExecutorBench(make, kind);
  });
  afterEach(() => bench.dispose());
  for (const part of parts) describe(`${kind} executor: ${part}`, () => PARTS[part](() => bench));
}
