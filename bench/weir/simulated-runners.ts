import { WebSocket } from 'ws';
import { Compile } from 'typebox/compile';
import { HostFrame, MAX_FRAME_BYTES, PROTOCOL_VERSION, SOCKET_PATHS, type AttemptReport, type RunnerFrame } from '@weir/contract';

/**
 * Runners that execute nothing: an order is answered with "runs" and "ended with 0" at once. One process plays all nodes.
 * Arguments: URL of the host, CPUs of each node, then NAME=TOKEN for each. Says `ready` on standard output when all are welcome.
 */
const [, , url = '', cpus = '1', ...nodes] = process.argv;
const hostFrame = Compile(HostFrame);
let welcome = 0;

for (const pair of nodes) {
  const at = pair.indexOf('=');
  simulate(pair.slice(0, at), pair.slice(at + 1));
}

function simulate(node: string, token: string): void {
  const socket = new WebSocket(url.replace(/^http/, 'ws') + SOCKET_PATHS.runner, {
    headers: { authorization: `Bearer ${token}` },
    maxPayload: MAX_FRAME_BYTES,
  });
  const send = (frame: RunnerFrame) => socket.send(JSON.stringify(frame));
  socket.on('open', () => send(makeHello(node)));
  socket.on('message', (data: Buffer) => {
    const frame: unknown = JSON.parse(data.toString('utf8'));
    if (!hostFrame.Check(frame)) throw new Error(`the host sent a frame outside the contract: ${data.toString('utf8').slice(0, 500)}`);
    if (frame.type === 'start') for (const report of live(frame)) send({ type: 'report', report });
    if (frame.type !== 'welcome') return;
    setInterval(() => send({ type: 'heartbeat' }), frame.heartbeatMs).unref();
    welcome += 1;
    if (welcome === nodes.length) process.stdout.write('ready\n');
  });
  socket.on('close', (code) => process.exit(code === 1006 ? 0 : 1));
  socket.on('error', () => socket.terminate());
}

function live({ jobId, attempt }: { jobId: number; attempt: number }): AttemptReport[] {
  const now = new Date().toISOString();
  return [
    { jobId, attempt, kind: 'running', startedAt: now, paused: false },
    { jobId, attempt, kind: 'ended', outcome: { kind: 'exited', code: 0 }, startedAt: now, endedAt: now },
  ];
}

function makeHello(node: string): RunnerFrame {
  const inventory = {
    hostname: node,
    cpus: Number(cpus),
    memoryBytes: 1024 ** 4,
    gpus: [],
    os: 'simulated',
    bootId: 'boot',
    runnerVersion: '0.1.0',
    numa: [],
    executors: [{ kind: 'process' as const, usable: true, notes: [] }],
    address: '127.0.0.1',
  };
  return { type: 'hello', version: PROTOCOL_VERSION, node, inventory, attempts: [] };
}
