import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addCounts, describeCounts, type Counts } from './suites/counts.ts';
import { runPytest } from './suites/pytest.ts';
import { runHostOnCluster, runVitest } from './suites/vitest.ts';

// `npm test` runs every suite; `npm test -- packages/host` hands the words to vitest and leaves the rest out.
const filters = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'weir-test-'));
const results: Counts[] = [];
try {
  results.push(await runVitest(scratch, filters));
  if (filters.length === 0) results.push(await runHostOnCluster(scratch), await runPytest(scratch));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const total = results.reduce(addCounts);
console.log(describeCounts(total));
process.exitCode = total.failed > 0 ? 1 : 0;
