import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobList } from '@weir/contract';
import { readJsonFile } from '../../src/input/json-file.ts';
import { placesOf } from '../../src/up/places.ts';
import { readLivingRecord } from '../../src/up/process-record.ts';
import { parseJson } from '../parse-json.ts';
import { runWeir } from '../run-weir.ts';
import { AnswerThief } from './answer-thief.ts';

let home = '';
const run = (...args: string[]) => runWeir(args, { home, env: { WEIR_PORT: '0' } });
const urlOfHost = () => {
  const url = readLivingRecord(placesOf(home).host) === undefined ? undefined : readJsonFile(placesOf(home).host)?.['url'];
  return typeof url === 'string' ? url : undefined;
};

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'weir-killed-'));
  expect((await run('up', '--detach')).code).toBe(0);
});
afterEach(async () => {
  await run('down', '--cancel-jobs');
  rmSync(home, { recursive: true });
});

test('a host that is killed after the commit of a submit and before its answer runs the job once', async () => {
  const killed = readLivingRecord(placesOf(home).host)?.pid ?? 0;
  await using thief = await AnswerThief.start({ target: urlOfHost, onAnswer: () => process.kill(killed, 'SIGKILL') });
  const { token } = parseJson<{ token: string }>(readFileSync(join(home, 'credential'), 'utf8'));
  const words = ['job', 'submit', '--wait', '--host', thief.url, '--', 'sh', '-c', 'echo once >> ran'];
  const submitted = await runWeir(words, { home, env: { WEIR_TOKEN: token } });
  expect([submitted.code, submitted.stdout]).toEqual([0, 'job 1 submitted\n']);
  expect(readLivingRecord(placesOf(home).host)?.pid).not.toBe(killed);
  expect(parseJson<JobList>((await run('job', 'list', '--json')).stdout).total).toBe(1);
  expect(readFileSync(join(home, 'ran'), 'utf8')).toBe('once\n');
});
