import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Event, Job, Node } from '@weir/contract/client';
import { findViolations, type History } from '../../../chaos/history/checker.ts';
import { readLives, type Life } from '../../../chaos/history/marks.ts';
import { replayHoldings } from '../../../chaos/history/replay.ts';

const job = (facts: Partial<Job>): Job =>
  ({ job_id: 1, name: 'chaos-1', state: 'completed', attempt: 1, nodes: 1, requeue: false, array: null, reason: null, ...facts }) as Job;
const life = (facts: Partial<Life>): Life => ({ attempt: 1, node: 'a', rank: 0, from: 10n, to: 20n, ...facts });
const ended = (id: number): Event => ({ seq: 1, at: '', type: 'job.ended', job_id: id, workflow_id: null, node: null, data: {} });

function check(history: Partial<History>): string[] {
  return findViolations({ acknowledged: [1], jobs: [job({})], lives: new Map([[1, [life({})]]]), events: [ended(1)], ...history });
}

describe('the checker of a history', () => {
  test('has nothing to say of a sound one', () => {
    expect(check({})).toEqual([]);
  });

  test.each<[string, Partial<History>, RegExp]>([
    ['an acknowledged job that is gone', { acknowledged: [1, 2] }, /job 2 was acknowledged and is gone/],
    [
      'a submit that became two jobs',
      { jobs: [job({ name: 'chaos-7' }), job({ name: 'chaos-7', job_id: 2 })] },
      /chaos-7 was submitted once and is jobs 1, 2/,
    ],
    ['a job without an end', { jobs: [job({ state: 'running' })] }, /job 1 has not ended: running/],
    ['a completed job whose program never ended', { lives: new Map([[1, [life({ to: undefined })]]]) }, /0 of 1 programs/],
    ['a completed job that ran as another attempt', { jobs: [job({ attempt: 2 })] }, /completed as attempt 2, but 0 of 1/],
    ['a gang of which a node is missing', { jobs: [job({ nodes: 2 })] }, /1 of 2 programs/],
    [
      'an attempt executed twice',
      { lives: new Map([[1, [life({}), life({ from: 30n, to: undefined })]]]) },
      /executed twice as attempt and node 1 a/,
    ],
    [
      'a second attempt that nobody asked for',
      { lives: new Map([[1, [life({}), life({ attempt: 2, from: 30n, to: undefined })]]]) },
      /ran as 2 attempts and had not asked for it/,
    ],
    [
      'attempts at the same time',
      { lives: new Map([[1, [life({}), life({ attempt: 2, node: 'b', from: 15n, to: 25n })]]]) },
      /attempts 1 and 2 of job 1 ran at the same time/,
    ],
    ['a failure that was not the program’s own', { jobs: [job({ state: 'failed', exit_code: 1 })] }, /failed and its program did not/],
    ['a job that ends twice', { events: [ended(1), ended(1)] }, /job 1 ended 2 times/],
  ])('finds %s', (_, history, sentence) => {
    expect(check(history)).toContainEqual(expect.stringMatching(sentence));
  });
});

test('marks become lives: whole, broken off, repeated', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-marks-'));
  try {
    writeFileSync(join(folder, '7'), 'begin 1 a 0 100\nend 1 a 0 200\nbegin 2 b 0 300\nbegin 2 b 0 400\n');
    expect(readLives(folder).get(7)).toEqual([
      { attempt: 1, node: 'a', rank: 0, from: 100n, to: 200n },
      { attempt: 2, node: 'b', rank: 0, from: 300n, to: undefined },
      { attempt: 2, node: 'b', rank: 0, from: 400n, to: undefined },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('the replay of what attempts held', () => {
  const event = (type: Event['type'], job_id: number, data: Event['data']): Event => ({
    ...ended(job_id),
    type,
    data: { attempt: 1, ...data },
  });
  const start = (id: number, cpus: number, gpu_ids: number[] = []) =>
    event('job.starting', id, { members: [{ node: 'a', cpus, memory_bytes: 0, gpu_ids }] });
  const replay = (...events: Event[]) => replayHoldings(events, [{ name: 'a', cpus: 4, memory_bytes: 100 } as Node]);

  test('has nothing to say when each gives back before the next takes', () => {
    expect(replay(start(1, 4, [0]), event('job.ended', 1, {}), start(2, 4, [0]), event('job.requeued', 2, {}))).toEqual([]);
  });

  test.each<[string, Event[], RegExp]>([
    ['too many CPUs', [start(1, 3), start(2, 2)], /a held 5 of 4 CPUs/],
    ['a GPU held twice', [start(1, 1, [0]), start(2, 1, [0])], /a held a GPU twice/],
    ['a second start of one attempt', [start(1, 1), start(1, 1)], /attempt 1.1 was started twice/],
    ['what is never given back', [start(1, 1)], /attempt 1.1 was never released/],
  ])('finds %s', (_, events, sentence) => {
    expect(replay(...events)).toContainEqual(expect.stringMatching(sentence));
  });
});
