import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { TEST_STORE } from '../fake-host.ts';
import { CHECKS_FILE, makeHostFrameChecks } from './host-frame-checks-text.ts';
import { parseHostFrame } from '../../src/session/host-frame-parser.ts';

test('the checks are those of the contract; if not, run test/session/generate-host-frame-checks.ts', async () => {
  const path = fileURLToPath(new URL(`../../${CHECKS_FILE}`, import.meta.url));
  expect(readFileSync(path, 'utf8')).toBe(await makeHostFrameChecks(path));
});

const launch = {
  name: 'a',
  user: 'b',
  program: { kind: 'command', argv: ['true'] },
  env: { A: 'b' },
  workdir: null,
  cpus: 1,
  memoryBytes: null,
  gpuIds: [],
  timeLimitMs: null,
  graceMs: 0,
  executor: 'process',
  cpuIds: [0, 1],
  numa: 0,
  stdout: 'out-%N.txt',
  stderr: null,
  array: { id: 5, index: 0 },
  gang: { rank: 1, nodes: [{ name: 'a', address: '10.0.0.1' }], masterPort: 29_500, tasksPerNode: 1, cpusPerTask: 2 },
};

test.each([
  {
    type: 'welcome',
    version: 1,
    heartbeatMs: 5,
    lostAfterMs: 9,
    storeId: TEST_STORE,
    attempts: [{ jobId: 1, attempt: 1, eventsOffset: 0 }],
  },
  { type: 'start', jobId: 1, attempt: 1, launch },
  { type: 'start', jobId: 1, attempt: 1, launch: { ...launch, program: { kind: 'stage', program: 'train', spec: { any: [1] } } } },
  { type: 'forget', jobId: 2 ** 53 - 1 },
  { type: 'removed' },
])('a frame that fits is read: %j', (frame) => {
  expect(parseHostFrame(JSON.stringify(frame))).toEqual({ kind: 'frame', frame });
});

test.each([
  ['[]', 'unknown type ""'],
  ['null', 'unknown type ""'],
  ['{"type":"constructor"}', 'unknown type "constructor"'],
  ['{"type":"forget"}', 'a "forget" frame of another form'],
  ['{"type":"forget","jobId":0}', 'a "forget" frame of another form'],
  ['{"type":"forget","jobId":9007199254740992}', 'a "forget" frame of another form'],
  [JSON.stringify({ type: 'start', jobId: 1, attempt: 1, launch: { ...launch, env: { A: 1 } } }), 'a "start" frame of another form'],
  [JSON.stringify({ type: 'start', jobId: 1, attempt: 1, launch: { ...launch, executor: 'vm' } }), 'a "start" frame of another form'],
  ['{"type":"stop","jobId":1,"attempt":1,"by":"user","graceMs":0,"signal":"SEGV"}', 'a "stop" frame of another form'],
  [
    JSON.stringify({ type: 'start', jobId: 1, attempt: 1, launch: { ...launch, program: { kind: 'command', argv: [] } } }),
    'a "start" frame of another form',
  ],
])('%s is refused', (text, reason) => {
  expect(parseHostFrame(text)).toEqual({ kind: 'invalid', reason });
});
