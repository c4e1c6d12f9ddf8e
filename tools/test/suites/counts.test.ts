import { describe, expect, test } from 'vitest';
import { addCounts, describeCounts, withExitCode } from '../../suites/counts.ts';
import { readJUnitReport } from '../../suites/pytest.ts';
import { readVitestReport } from '../../suites/vitest.ts';

const vitestReport = (fields: object) =>
  JSON.stringify({ numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [], ...fields });

describe('test counts', () => {
  test('suites add up to one line', () => {
    const total = [
      { passed: 3, failed: 0, skipped: 1 },
      { passed: 4, failed: 2, skipped: 0 },
    ].reduce(addCounts);
    expect(describeCounts(total)).toBe('7 passed, 2 failed, 1 skipped');
  });

  test('a suite that ends badly without a failed test is a failure', () => {
    expect(withExitCode({ passed: 5, failed: 0, skipped: 0 }, 1)).toEqual({ passed: 5, failed: 1, skipped: 0 });
    expect(withExitCode({ passed: 5, failed: 2, skipped: 0 }, 1)).toEqual({ passed: 5, failed: 2, skipped: 0 });
    expect(withExitCode({ passed: 5, failed: 0, skipped: 0 }, 0)).toEqual({ passed: 5, failed: 0, skipped: 0 });
  });

  test('a vitest file that could not be loaded is a failure', () => {
    const unloaded = { status: 'failed', assertionResults: [] };
    const loaded = { status: 'failed', assertionResults: [{ status: 'failed' }] };
    expect(readVitestReport(vitestReport({ numFailedTests: 1, testResults: [unloaded, loaded] }))).toEqual({
      passed: 3,
      failed: 2,
      skipped: 1,
    });
  });

  test('a vitest report without its counts is refused', () => {
    expect(() => readVitestReport('{"testResults":[]}')).toThrow('numPassedTests');
  });

  test('errors of pytest are failures', () => {
    const xml = '<testsuites name="t"><testsuite name="a" errors="1" failures="2" skipped="3" tests="10"/></testsuites>';
    expect(readJUnitReport(xml)).toEqual({ passed: 4, failed: 3, skipped: 3 });
  });
});
