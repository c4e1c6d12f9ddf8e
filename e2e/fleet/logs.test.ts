import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readLogPiece } from '@weir/contract';
import { describeOnEachStore } from '../support/on-each-store.ts';
import { waitFor } from '../support/wait.ts';
import { WeirFleet } from '../support/weir-fleet.ts';

const GIB = 1024 ** 3;

describeOnEachStore('output', (store) => {
  let fleet: WeirFleet;
  let scratch = '';

  beforeAll(async () => {
    fleet = await WeirFleet.start(store());
    await fleet.addNode('a', { cpus: 8 });
    scratch = mkdtempSync(join(tmpdir(), 'weir-output-'));
  }, 120_000);
  afterAll(async () => {
    await fleet.destroy();
    rmSync(scratch, { recursive: true });
  });

  const piece = async (jobId: number, query: { offset?: number; tail?: number; limit?: number; wait_ms?: number }) => {
    const { token } = JSON.parse(readFileSync(join(fleet.hosts[0]?.home ?? '', 'credential'), 'utf8')) as { token: string };
    const log = await readLogPiece({ url: fleet.url(), token }, { params: { job_id: jobId }, query });
    return { ...log, text: Buffer.from(log.data).toString('utf8') };
  };
  const runnerRssMb = () => {
    const { pid } = JSON.parse(readFileSync(join(fleet.node('a').home, 'run', 'runner.json'), 'utf8')) as { pid: number };
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  };

  test('goes to the file of the pattern below the working directory, whose folders are made', async () => {
    const job = await fleet.sh('echo to the file; echo and this >&2', {
      workdir: scratch,
      stdout: 'logs/%j-%n.out',
      stderr: 'logs/%j.err',
      name: 'mine',
    });
    expect(await fleet.end(job.job_id)).toMatchObject({ state: 'completed' });
    expect(readFileSync(join(scratch, 'logs', `${job.job_id}-mine.out`), 'utf8')).toBe('to the file\n');
    expect((await piece(job.job_id, {})).text).toBe('to the file\n');
  });

  test('never leaves the working directory: absolute paths, dots and links are refused', async () => {
    for (const stdout of ['/etc/passwd', '../escape', 'a/../../escape']) {
      await expect(fleet.sh('echo x', { workdir: scratch, stdout })).rejects.toMatchObject({ code: 'path_not_allowed' });
    }
    symlinkSync(tmpdir(), join(scratch, 'out'));
    const escaped = join(tmpdir(), `escape-${process.pid}`);
    const job = await fleet.sh('echo x', { workdir: scratch, stdout: `out/escape-${process.pid}` });
    expect(await fleet.end(job.job_id)).toMatchObject({ state: 'failed', reason: expect.stringMatching(/could not be started/) as string });
    expect(existsSync(escaped)).toBe(false);
  });

  test('of two gigabytes gives its last lines and any piece without taking memory', async () => {
    const job = await fleet.sh(`perl -e 'print "x" x 1016, sprintf("%07d\\n", $_) for 1..2097152'`);
    await fleet.end(job.job_id);
    const before = runnerRssMb();
    const tail = await piece(job.job_id, { tail: 3 });
    expect(tail.text.split('\n').map((line) => line.slice(-7))).toEqual(['2097150', '2097151', '2097152', '']);
    expect(tail.next).toBe(2 * GIB);
    const middle = await piece(job.job_id, { offset: GIB, limit: 1024 });
    expect(middle.text.slice(-8)).toBe('1048577\n');
    expect(runnerRssMb() - before).toBeLessThan(64);
  }, 120_000);

  test('of 256 megabytes is followed while it grows, piece by piece, without taking memory', async () => {
    const job = await fleet.sh(`perl -e 'print "x" x 1048568, sprintf("%07d\\n", $_) for 1..256'`);
    const before = runnerRssMb();
    let offset = 0;
    let last = '';
    await waitFor('the end of the output', async () => {
      const next = await piece(job.job_id, { offset, limit: 4 * 1024 * 1024, wait_ms: 2_000 });
      expect(next.offset).toBe(offset);
      offset = next.next;
      last = next.text === '' ? last : next.text.slice(-8);
      return next.ended ? true : undefined;
    });
    expect([offset, last]).toEqual([GIB / 4, '0000256\n']);
    expect(runnerRssMb() - before).toBeLessThan(96);
  }, 120_000);

  test('is followed while it grows, by offset', async () => {
    const job = await fleet.sh('for i in 1 2 3; do echo line $i; sleep 0.3; done');
    let text = '';
    let offset = 0;
    await waitFor('the end of the output', async () => {
      const next = await piece(job.job_id, { offset, wait_ms: 2_000 });
      text += next.text;
      offset = next.next;
      return next.ended ? true : undefined;
    });
    expect(text).toBe('line 1\nline 2\nline 3\n');
  });

  test('of each rank of a job on several nodes is read by its number, and the rank that failed is named', async () => {
    await fleet.addNode('b', { cpus: 8 });
    const line = 'echo rank $WEIR_NODE_RANK; [ "$WEIR_NODE_RANK" = 1 ] && { echo boom >&2; exit 9; }; sleep 60';
    const { job_id } = await fleet.sh(line, { nodes: 2, cpus: 1 });
    const ended = await fleet.end(job_id);
    const node = ended.members[1]?.node ?? '';
    expect(ended).toMatchObject({ state: 'failed', exit_code: 9, failed_rank: 1, reason: `rank 1 on ${node}: exited with code 9` });
    const read = async (rank: number, stream: 'stdout' | 'stderr') =>
      Buffer.from(await fleet.client().jobLogs({ params: { job_id }, query: { rank, stream } })).toString();
    expect([await read(0, 'stdout'), await read(0, 'stderr')]).toEqual(['rank 0\n', '']);
    expect([await read(1, 'stdout'), await read(1, 'stderr')]).toEqual(['rank 1\n', 'boom\n']);
    await expect(read(2, 'stdout')).rejects.toMatchObject({ code: 'invalid_input', detail: { field: 'rank', value: 2 } });
  });
});
