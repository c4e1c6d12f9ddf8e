import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withExitCode, type Counts } from './counts.ts';
import { runStep } from './run-step.ts';

/** Runs the TypeScript suites, all or those whose path matches a filter. */
export async function runVitest(scratch: string, filters: readonly string[]): Promise<Counts> {
  return runVitestStep(join(scratch, 'vitest.json'), { title: 'tests of the packages, tools and e2e', filters, variables: [] });
}

/** Runs the host's suite once more, on PostgreSQL and Redis instead of SQLite. */
export async function runHostOnCluster(scratch: string): Promise<Counts> {
  return runVitestStep(join(scratch, 'cluster.json'), {
    title: "the host's tests on PostgreSQL and Redis",
    filters: ['packages/host/'],
    variables: ['WEIR_TEST_STORE=postgres'],
  });
}

interface Step {
  readonly title: string;
  readonly filters: readonly string[];
  /** NAME=VALUE */
  readonly variables: readonly string[];
}

async function runVitestStep(report: string, { title, filters, variables }: Step): Promise<Counts> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const exitCode = await runStep(title, ['env', ...variables, 'vitest', 'run', ...reporters, ...filters]);
  return withExitCode(existsSync(report) ? readVitestReport(readFileSync(report, 'utf8')) : { passed: 0, failed: 0, skipped: 0 }, exitCode);
}

/** Counts the tests of a vitest JSON report; a file that could not be loaded is one failure. */
export function readVitestReport(text: string): Counts {
  const report: unknown = JSON.parse(text);
  const unloaded = readArray(report, 'testResults').filter(
    (file) => readField(file, 'status') === 'failed' && readArray(file, 'assertionResults').length === 0,
  );
  return {
    passed: readCount(report, 'numPassedTests'),
    failed: readCount(report, 'numFailedTests') + unloaded.length,
    skipped: readCount(report, 'numPendingTests') + readCount(report, 'numTodoTests'),
  };
}

function readField(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}

function readCount(report: unknown, name: string): number {
  const count = readField(report, name);
  if (typeof count !== 'number') throw new Error(`vitest's report has no number "${name}"`);
  return count;
}

function readArray(value: unknown, name: string): readonly unknown[] {
  const list = readField(value, name);
  if (!Array.isArray(list)) throw new Error(`vitest's report has no list "${name}"`);
  return list;
}
