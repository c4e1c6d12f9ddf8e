import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host[Symbol.asyncDispose]());

const LINE = /^([a-z_]+)(?:\{([a-z]+)="((?:[^"\\\n]|\\.)*)"\})? (\S+)$/;

/** `name{label value}` to its number, as a scraper reads them. */
async function scrape(): Promise<Map<string, number>> {
  const answer = await host.inject({ url: '/metrics' });
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const samples = answer.body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const [, name, , label, value] = LINE.exec(line) ?? [];
      expect(value, line).toBeDefined();
      return [label === undefined ? String(name) : `${name}{${label}}`, Number(value)];
    }),
  );
}

test('metrics tell of the queue, of nodes and of this host', async () => {
  const runner = await host.connectedRunner();
  const running = await host.client().jobCreate({ body: { command: ['true'], cpus: 3, memory_bytes: 1024 ** 3, gpus: 1 } });
  await runner.order(running.job_id);
  runner.reportRunning({ jobId: running.job_id, attempt: 1 });
  await host.jobIn(running.job_id, 'running');
  await host.client().jobCreate({ body: { command: ['true'], cpus: 4 } });
  const metrics = await scrape();
  const expected = {
    'weir_jobs{running}': 1,
    'weir_jobs{pending}': 1,
    'weir_jobs{paused}': 0,
    weir_queue_length: 1,
    'weir_nodes{online}': 1,
    'weir_nodes{lost}': 0,
    weir_nodes_drained: 0,
    'weir_node_cpus{here}': 4,
    'weir_node_cpus_allocated{here}': 3,
    'weir_node_memory_bytes_allocated{here}': 1024 ** 3,
    'weir_node_gpus{here}': 1,
    'weir_node_gpus_allocated{here}': 1,
    weir_sessions: 1,
    'weir_loop_healthy{placement}': 1,
    weir_store_healthy: 1,
    'weir_job_events_total{submitted}': 2,
    'weir_job_events_total{started}': 1,
    weir_scheduler_placements_total: 1,
  };
  expect(Object.fromEntries(metrics)).toMatchObject(expected);
  expect(metrics.get('weir_scheduler_pass_seconds_count')).toBeGreaterThan(0);
  expect(metrics.get('weir_store_commit_seconds_count')).toBeGreaterThan(2);
  expect(metrics.get('weir_store_commit_operations_sum')).toBeGreaterThanOrEqual(metrics.get('weir_store_commit_seconds_count') ?? NaN);
  expect(metrics.get('process_resident_memory_bytes')).toBeGreaterThan(1024 ** 2);
});

test('ends are counted by how jobs ended', async () => {
  const runner = await host.connectedRunner();
  runner.onStart = (frame) => {
    runner.reportRunning(frame);
    runner.reportEnd(frame, { kind: 'exited', code: frame.jobId === 1 ? 0 : 3 });
  };
  for (let count = 0; count < 3; count += 1) await host.client().jobCreate({ body: { command: ['true'] } });
  const metrics = await eventually(async () => ((found) => found.get('weir_jobs_ended_total{failed}') === 2 && found)(await scrape()));
  expect(metrics.get('weir_jobs_ended_total{completed}')).toBe(1);
  expect(metrics.get('weir_jobs{running}')).toBe(0);
});

test('metrics need a user', async () => {
  expect((await host.inject({ url: '/metrics', token: null })).statusCode).toBe(401);
  const ann = await host.addUser('ann');
  expect((await host.inject({ url: '/metrics', token: ann })).statusCode).toBe(200);
});
