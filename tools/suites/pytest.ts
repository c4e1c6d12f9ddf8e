import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../repository.ts';
import { withExitCode, type Counts } from './counts.ts';
import { runStep } from './run-step.ts';

const ENGINE = join(ROOT, 'engines/fuxictr');

/** Runs the engine's suite in its own virtual environment. */
export async function runPytest(scratch: string): Promise<Counts> {
  const report = join(scratch, 'pytest.xml');
  const python = join(ENGINE, '.venv/bin/python');
  const exitCode = await runStep('tests of the engine', [python, '-m', 'pytest', '-q', `--junitxml=${report}`], ENGINE);
  return withExitCode(existsSync(report) ? readJUnitReport(readFileSync(report, 'utf8')) : { passed: 0, failed: 0, skipped: 0 }, exitCode);
}

/** Adds up the `<testsuite>` elements of a JUnit report; errors count as failures. */
export function readJUnitReport(xml: string): Counts {
  let counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [element] of xml.matchAll(/<testsuite\s[^>]*>/g)) {
    const tests = readAttribute(element, 'tests');
    const failed = readAttribute(element, 'failures') + readAttribute(element, 'errors');
    const skipped = readAttribute(element, 'skipped');
    counts = { passed: counts.passed + tests - failed - skipped, failed: counts.failed + failed, skipped: counts.skipped + skipped };
  }
  return counts;
}

function readAttribute(element: string, name: string): number {
  const value = new RegExp(`\\s${name}="(\\d+)"`).exec(element)?.[1];
  if (value === undefined) throw new Error(`a <testsuite> of pytest's report has no count "${name}"`);
  return Number(value);
}
