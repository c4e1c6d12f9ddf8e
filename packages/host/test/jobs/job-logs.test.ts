import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOG_HEADERS, readLogPiece, type HostFrame, type Job } from '@weir/contract';
import { eventually } from '../eventually.ts';
import type { FakeRunner } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
let runner: FakeRunner;
let job: Job;
let asked: Extract<HostFrame, { type: 'readLog' }>[];
const TEXT = Buffer.from('one\ntwo\nthree\n');

beforeEach(async () => {
  host = await TestHost.start();
  runner = await host.connectedRunner();
  asked = [];
  runner.onReadLog = (frame) => {
    asked.push(frame);
    const offset = frame.tailLines === null ? frame.offset : 8;
    return { offset, size: TEXT.length, ended: false, data: TEXT.subarray(offset, offset + frame.limit) };
  };
  job = await host.client().jobCreate({ body: { command: ['true'], requeue: true } });
  runner.reportRunning(await runner.order(job.job_id));
  await host.jobIn(job.job_id, 'running');
});
afterEach(() => host[Symbol.asyncDispose]());

const read = async (query: object = {}, id = job.job_id) => {
  const piece = await readLogPiece({ url: host.running.url, token: host.token() }, { params: { job_id: id }, query });
  return { ...piece, data: Buffer.from(piece.data).toString() };
};

async function end(): Promise<void> {
  runner.reportEnd({ jobId: job.job_id, attempt: 1 });
  await runner.acknowledged(job.job_id);
}

test('a log is read from a byte, with the place to go on from', async () => {
  expect(await read()).toEqual({ offset: 0, next: 14, ended: false, data: 'one\ntwo\nthree\n' });
  expect(await read({ offset: 4, limit: 4 })).toEqual({ offset: 4, next: 8, ended: false, data: 'two\n' });
  expect(asked[1]).toMatchObject({ jobId: job.job_id, attempt: 1, stream: 'stdout', offset: 4, tailLines: null, limit: 4, waitMs: 0 });
});

test('the last lines, the other stream and a wait are asked of the node', async () => {
  expect(await read({ tail: 1, stream: 'stderr', wait_ms: 5_000 })).toMatchObject({ offset: 8, data: 'three\n' });
  expect(asked[0]).toMatchObject({ tailLines: 1, stream: 'stderr' });
  expect(asked[0]!.waitMs).toBeGreaterThan(4_000);
});

test('a log has ended when its job has and the last byte was read', async () => {
  await end();
  expect(await read({ limit: 4 })).toMatchObject({ ended: false });
  expect(await read({ offset: 4 })).toMatchObject({ ended: true });
});

test('an answer is bytes, not text', async () => {
  runner.onReadLog = () => ({ offset: 0, size: 4, ended: true, data: new Uint8Array([0, 255, 13, 10]) });
  const answer = await host.inject({ url: `/api/jobs/${job.job_id}/logs` });
  expect(answer.headers['content-type']).toBe('application/octet-stream');
  expect(answer.headers[LOG_HEADERS.next]).toBe('4');
  expect([...answer.rawPayload]).toEqual([0, 255, 13, 10]);
});

test('a node that is away, goes away or cannot read is named', async () => {
  runner.onReadLog = () => 'the file is gone';
  await expect(read()).rejects.toMatchObject({ code: 'node_unreachable', message: 'node "here" cannot give the log: the file is gone' });
  runner.onReadLog = () => undefined;
  const waiting = read();
  await eventually(() => runner.received('readLog')[1]);
  await runner.disconnect();
  await expect(waiting).rejects.toMatchObject({ code: 'node_unreachable', message: expect.stringContaining('went away') as string });
  await expect(read()).rejects.toMatchObject({ code: 'node_unreachable', status: 503 });
});

test('a job that waits has an empty log that has not ended, and one that was cancelled there has', async () => {
  const waiting = await host.client().jobCreate({ body: { command: ['true'], cpus: 4 } });
  expect(await read({}, waiting.job_id)).toEqual({ offset: 0, next: 0, ended: false, data: '' });
  const following = read({ wait_ms: 60_000 }, waiting.job_id);
  await host.client().jobCancel({ params: { job_id: waiting.job_id } });
  expect(await following).toMatchObject({ ended: true });
});

test('a reader that waits for a start gets the first bytes', async () => {
  const waiting = await host.client().jobCreate({ body: { command: ['true'], cpus: 4 } });
  const following = read({ wait_ms: 60_000 }, waiting.job_id);
  await end();
  expect(await following).toMatchObject({ data: TEXT.toString() });
});

test('an attempt that there was not is refused', async () => {
  await expect(read({ attempt: 2 })).rejects.toMatchObject({ code: 'invalid_input', detail: { field: 'attempt', value: 2 } });
});

test('a rank that there is not is refused, at once and with how many there are', async () => {
  await expect(read({ rank: 1, wait_ms: 60_000 })).rejects.toMatchObject({
    code: 'invalid_input',
    message: `job ${job.job_id} runs on one node: it has only rank 0, not 1`,
    detail: { field: 'rank', value: 1 },
  });
  const gang = await host.client().jobCreate({ body: { command: ['true'], nodes: 3, hold: true } });
  await expect(read({ rank: 3, wait_ms: 60_000 }, gang.job_id)).rejects.toMatchObject({
    message: `job ${gang.job_id} has 3 ranks, 0 to 2, not 3`,
  });
  expect(await read({ rank: 2 }, gang.job_id)).toMatchObject({ data: '', ended: false });
});

test('each rank of a job on several nodes is read from its own node', async () => {
  await end();
  const other = await host.connectedRunner('there');
  for (const at of [runner, other])
    at.onReadLog = () => ({ offset: 0, size: 9, ended: false, data: Buffer.from(at === runner ? 'from here' : 'from afar') });
  const gang = await host.client().jobCreate({ body: { command: ['true'], nodes: 2 } });
  const { launch } = await runner.order(gang.job_id);
  await other.order(gang.job_id);
  const { rank } = launch.gang;
  expect(await read({ rank }, gang.job_id)).toMatchObject({ data: 'from here' });
  expect(await read({ rank: 1 - rank }, gang.job_id)).toMatchObject({ data: 'from afar' });
});

test('an earlier attempt is read from the node that ran it, and has ended', async () => {
  await runner.disconnect();
  runner.attempts.clear();
  const other = await host.connectedRunner('there');
  other.onReadLog = (frame) => ({ offset: 0, size: 5, ended: false, data: Buffer.from(`there`).subarray(0, frame.limit) });
  await runner.connect();
  const second = await eventually(() => [...runner.received('start'), ...other.received('start')].find(({ attempt }) => attempt === 2));
  expect(second.jobId).toBe(job.job_id);
  await host.running.services.store.write(async ({ db }) => {
    await db.updateTable('jobs').set({ node: 'there' }).where('id', '=', job.job_id).execute();
    await db.updateTable('resource_allocations').set({ node_name: 'there' }).where('attempt', '=', 2).execute();
  });
  expect(await read({ attempt: 1 })).toMatchObject({ data: TEXT.toString(), ended: true });
  expect(await read()).toMatchObject({ data: 'there', ended: false });
});
