import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { describeOutcome } from '@weir/contract';
import { LogReader } from '../../../src/logs/log-reader.ts';
import { type ExecutorBench } from '../executor-bench.ts';

const NEVER = new AbortController().signal;

export function describeOutputFiles(bench: () => ExecutorBench): void {
  let workdir: string;
  beforeEach(() => {
    workdir = join(bench().home, 'project');
    mkdirSync(workdir);
  });
  const run = async (attempt: number, text: string, files: { stdout?: string; stderr?: string }) => {
    const id = { jobId: 1, attempt };
    bench().order(id, { kind: 'command', argv: ['/bin/sh', '-c', text] }, { workdir, ...files });
    return { id, message: describeOutcome((await bench().ended(id)).outcome) };
  };
  const readLog = async (stream: 'stdout' | 'stderr' = 'stdout', attempt = 1) => {
    const reader = new LogReader(bench().folders, { isLive: () => false, whenEnded: () => Promise.resolve() });
    const request = { jobId: 1, attempt, stream, offset: 0, tailLines: null, limit: 1000, waitMs: 0 };
    const chunk = await reader.read({ type: 'readLog', requestId: 1, ...request }, NEVER);
    return chunk === undefined ? undefined : Buffer.from(chunk.data).toString();
  };

  test('output goes to files of the user, whose folders are made, and is read back from there', async () => {
    const { message } = await run(1, 'echo out; echo err >&2', { stdout: 'logs/of %N/out.txt', stderr: `${workdir}/err.txt` });
    expect(message).toBeNull();
    expect(readFileSync(join(workdir, 'logs/of node-1/out.txt'), 'utf8')).toBe('out\n');
    expect([await readLog(), await readLog('stderr')]).toEqual(['out\n', 'err\n']);
    expect(statSync(join(workdir, 'err.txt')).mode & 0o777).toBe(0o600);
  });

  test('both streams may share one file', async () => {
    await run(1, 'echo one; echo two >&2; echo three', { stdout: 'all.txt', stderr: 'all.txt' });
    expect(readFileSync(join(workdir, 'all.txt'), 'utf8')).toBe('one\ntwo\nthree\n');
  });

  test('a first attempt begins its file anew, a later one goes on with it', async () => {
    writeFileSync(join(workdir, 'out.txt'), 'of an earlier job\n');
    await run(1, 'echo first', { stdout: 'out.txt' });
    await run(2, 'echo second', { stdout: 'out.txt' });
    expect(readFileSync(join(workdir, 'out.txt'), 'utf8')).toBe('first\nsecond\n');
  });

  test.each(['/etc/weir-test-output', '../out.txt', 'a/../../out.txt', '..', '.', 'folder/', '/'])(
    'the path "%s" leads out of the working directory and is a failed start',
    async (stdout) => {
      const { message } = await run(1, 'echo ran', { stdout });
      expect(message).toMatch(/^could not be started: stdout ".*" is not a file below the working directory/);
      expect(readdirSync(workdir)).toEqual([]);
    },
  );

  test.each(['link/out.txt', 'file-link'])('links on the way, %s, are not followed', async (stdout) => {
    const outside = join(bench().home, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(workdir, 'link'));
    symlinkSync(join(outside, 'file'), join(workdir, 'file-link'));
    const { message } = await run(1, 'echo ran', { stdout });
    expect(message).toMatch(/could not be started: output ".*" leads through a symbolic link/);
    expect(readdirSync(outside)).toEqual([]);
  });

  test('a folder that turns into a link and back all the time never lets output out', async () => {
    const outside = join(bench().home, 'outside');
    mkdirSync(outside);
    const swap = 'unlink glob "logs/*"; rmdir "logs"; symlink "../outside", "logs"; unlink "logs"; mkdir "logs"';
    const attacker = { jobId: 99, attempt: 1 };
    const argv = ['perl', '-e', `$| = 1; print "ready\\n"; while (1) { ${swap} }`];
    bench().order(attacker, { kind: 'command', argv }, { workdir });
    await bench().untilOutput(attacker, 'ready');
    const ids = Array.from({ length: 25 }, (_, index) => bench().shell(index + 1, 'echo ran', { workdir, stdout: `logs/${index}.txt` }));
    for (const id of ids) await bench().ended(id);
    bench().executor.stop(attacker, { by: 'user', graceMs: 0, signal: 'TERM' });
    await bench().ended(attacker);
    expect(readdirSync(outside)).toEqual([]);
  });

  test('a fifo in its place is refused and holds nothing up', async () => {
    const { id } = await run(9, 'mkfifo pipe', {});
    expect(bench().outputOrEmpty(id)).toBe('');
    const { message } = await run(1, 'echo ran', { stdout: 'pipe' });
    expect(message).toMatch(/could not be started: output "pipe" is not a regular file/);
  });

  test('a file that was put in the place of the output is not read as a log', async () => {
    await run(1, 'echo mine; rm out.txt; echo secret > out.txt', { stdout: 'out.txt' });
    await expect(readLog()).rejects.toThrow(/out\.txt was moved, replaced or deleted/);
  });
}
