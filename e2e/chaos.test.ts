import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

interface Report {
  readonly faults: number;
  readonly acknowledged_jobs: number;
  readonly capacity_samples: number;
  readonly violations: readonly string[];
}

function breakFleet(args: readonly string[]): Promise<{ report: Report; log: string }> {
  return new Promise((done, fail) => {
    execFile(process.execPath, ['chaos/main.ts', ...args], { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const line = stdout.trim().split('\n').at(-1) ?? '';
      if (line.startsWith('{')) done({ report: JSON.parse(line) as Report, log: stderr });
      else fail(new Error(`no report: ${stderr}`, { cause: error }));
    });
  });
}

// A short run of what `npm run chaos -- --faults 500` does at length.
test.each(['sqlite', 'postgres'])(
  'a fleet on %s that is broken again and again loses nothing and runs nothing twice',
  async (store) => {
    const { report, log } = await breakFleet(['--store', store, '--faults', '14', '--seed', '21', '--rate', '8']);
    expect(report.violations, log).toEqual([]);
    expect(report.faults).toBe(14);
    expect(report.acknowledged_jobs).toBeGreaterThan(20);
    expect(report.capacity_samples).toBeGreaterThan(20);
  },
  400_000,
);
