import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processIsAlive } from '@weir/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Job } from '@weir/contract';
import { placesOf } from '../../src/up/places.ts';
import { readLivingRecord } from '../../src/up/process-record.ts';
import { parseJson } from '../parse-json.ts';
import { runShell, runWeir, startWeir, type Outcome } from '../run-weir.ts';
import { waitUntil } from './wait-until.ts';

let home = '';
const run = (...args: string[]): Promise<Outcome> => runWeir(args, { home, env: { WEIR_PORT: '0' } });
const up = () => run('up', '--detach');
const places = () => placesOf(home);
const pidOf = (path: string) => readLivingRecord(path)?.pid;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-real-'));
});
afterEach(async () => {
  await run('down', '--cancel-jobs');
  for (const record of [places().up, places().host, places().runner]) expect(readLivingRecord(record)).toBeUndefined();
  rmSync(home, { recursive: true });
});

test('up --detach returns when a job can run, and a caller that captures its output gets the end of it', async () => {
  const { stdout, code } = await runShell('out=$(weir up --detach --port 0) && echo "captured: $out"', { home });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^captured: Weir is up at http:\/\/127\.0\.0\.1:\d+\n$/);
  const job = await run('job', 'submit', '--follow', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7');
  expect([job.stdout, job.code]).toEqual(['out\n', 7]);
  expect(job.stderr).toMatch(/^job 1 submitted\nerr\njob 1 failed after [\d.]+s: exited with code 7\n$/);
});

test('up of a home that is up says so', async () => {
  const first = await up();
  const second = await up();
  expect(second.stdout).toBe(first.stdout.replace('is up', 'is already up'));
  expect(second.code).toBe(0);
});

test('of two ups at the same time one starts it and both succeed', async () => {
  const outcomes = await Promise.all([up(), up()]);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
  const status = await run('status', '--json');
  expect(parseJson<{ host_pid: number }>(status.stdout).host_pid).toBe(pidOf(places().host));
});

test('down leaves running jobs to run on, and the next up follows them again', async () => {
  await up();
  writeFileSync(join(home, 'job.sh'), 'echo begun; while [ ! -e go ]; do sleep 0.05; done; echo done');
  const job = parseJson<Job>((await run('job', 'submit', '--json', '--script', 'job.sh')).stdout);
  await waitUntil('the job runs', async () => (await run('job', 'logs', String(job.job_id))).stdout === 'begun\n');
  expect((await run('down')).stdout).toBe('Weir is down\n');
  expect(await run('down')).toMatchObject({ stdout: `Weir is not running in ${home}\n`, code: 0 });
  writeFileSync(join(home, 'go'), '');
  await up();
  expect((await run('job', 'wait', String(job.job_id))).code).toBe(0);
  expect((await run('job', 'logs', String(job.job_id))).stdout).toBe('begun\ndone\n');
});

test('a host and a runner that are killed come back, and a follower misses nothing', async () => {
  await up();
  writeFileSync(join(home, 'job.sh'), 'echo begun; while [ ! -e go ]; do sleep 0.05; done; echo done');
  const follower = startWeir(['job', 'submit', '--follow', '--script', 'job.sh'], { home });
  await follower.wrote('stdout', 'begun\n');
  const [host, runner] = [pidOf(places().host) ?? 0, pidOf(places().runner) ?? 0];
  process.kill(host, 'SIGKILL');
  process.kill(runner, 'SIGKILL');
  await waitUntil('another host', () => ![undefined, host].includes(pidOf(places().host)));
  await waitUntil('another runner', () => ![undefined, runner].includes(pidOf(places().runner)));
  writeFileSync(join(home, 'go'), '');
  const { stdout, code } = await follower.ended;
  expect([stdout, code]).toEqual(['begun\ndone\n', 0]);
});

test('what a killed supervisor left behind is taken over by the next up', async () => {
  await up();
  const host = readLivingRecord(places().host) ?? expect.fail('there is no host');
  process.kill(pidOf(places().up) ?? 0, 'SIGKILL');
  await waitUntil('its end', () => pidOf(places().up) === undefined);
  const { code } = await up();
  expect(code).toBe(0);
  expect(processIsAlive(host)).toBe(false);
  expect(pidOf(places().host)).toBeGreaterThan(0);
});

test('in the foreground Ctrl-C stops the runner, then the host', async () => {
  const weir = startWeir(['up', '--port', '0'], { home });
  await weir.wrote('stdout', 'Weir is up at http://127.0.0.1:');
  weir.kill('SIGINT');
  const { code, stderr } = await weir.ended;
  expect([code, stderr]).toEqual([0, 'open its pages: weir open    stop it: Ctrl-C, or weir down\n']);
  expect(existsSync(places().up)).toBe(false);
});

test('a port that is taken is told with the words of the log, and nothing is left running', async () => {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { code, stderr } = await run('up', '--detach', '--port', String(port));
  await new Promise((resolve) => server.close(resolve));
  expect(code).toBe(69);
  expect(stderr).toContain('weir: Weir did not start: the host refuses its settings\n');
  expect(stderr).toMatch(new RegExp(`fatal: cannot listen on 127\\.0\\.0\\.1:${port}`));
});

test('down --cancel-jobs ends every job first', async () => {
  await up();
  const job = parseJson<Job>((await run('job', 'submit', '--json', '--', 'sleep', '1000')).stdout);
  process.kill(pidOf(places().host) ?? 0, 'SIGKILL');
  const { stderr, stdout } = await run('down', '--cancel-jobs');
  expect([stderr, stdout]).toEqual(['cancelled 1 job\n', 'Weir is down\n']);
  await up();
  expect(parseJson<Job>((await run('job', 'show', String(job.job_id), '--json')).stdout).state).toBe('cancelled');
});

test('the credential and the logs are for their owner only', async () => {
  await up();
  expect(readFileSync(join(home, 'credential'), 'utf8')).toContain('"token"');
  const { stdout } = await runShell('stat -c %a credential logs/host.log logs/up.log', { home });
  expect(stdout).toBe('600\n600\n600\n');
});

test('a host that was started by hand is not taken over', async () => {
  const host = startWeir(['host', '--port', '0'], { home });
  await waitUntil('its record', () => readLivingRecord(places().host));
  const { stderr, code } = await up();
  expect(code).toBe(69);
  expect(stderr).toContain(`a host (pid ${host.pid}) that weir up did not start runs in ${home}: stop it first, with "weir down"`);
  expect((await run('down')).stdout).toBe('Weir is down\n');
  expect((await host.ended).code).toBe(0);
});

test('a runner runs in the foreground and finds the host of its home', async () => {
  const host = startWeir(['host', '--port', '0'], { home });
  const runner = startWeir(['runner'], { home });
  await waitUntil('a node', async () => (await run('node', 'list')).stdout.includes('online'));
  runner.kill('SIGINT');
  expect((await runner.ended).code).toBe(0);
  host.kill('SIGINT');
  expect((await host.ended).code).toBe(0);
});

test('Ctrl-C while it starts ends it, with nothing left behind', async () => {
  const weir = startWeir(['up', '--port', '0'], { home });
  await waitUntil('the claim', () => readLivingRecord(places().up));
  weir.kill('SIGINT');
  expect((await weir.ended).stdout).toBe('');
});
