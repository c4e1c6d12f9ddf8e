import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Clock } from '../../chaos/world/clock.ts';
import { describeOnEachStore } from '../support/on-each-store.ts';
import { WeirFleet } from '../support/weir-fleet.ts';
import { waitFor } from '../support/wait.ts';

const MINUTE_MS = 60_000;

describeOnEachStore('when clocks are set while jobs run', (store) => {
  let fleet: WeirFleet;
  let folder = '';
  let hostClock: Clock;
  let nodeClock: Clock;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weir-clocks-'));
    hostClock = new Clock(join(folder, 'host'));
    nodeClock = new Clock(join(folder, 'node'));
    if (!existsSync(hostClock.environment['LD_PRELOAD'] ?? '')) throw new Error('clocks can be set by libfaketime only: install faketime');
    fleet = await WeirFleet.start({ ...store(), ...hostClock.environment });
    await fleet.addNode('a', { cpus: 4, env: nodeClock.environment });
  }, 120_000);
  afterAll(async () => {
    await fleet.destroy();
    rmSync(folder, { recursive: true });
  });

  const newestSeq = async () => (await fleet.client().eventList({ query: { after: Number.MAX_SAFE_INTEGER } })).last_seq;
  const silenceSince = async (after: number) => {
    const { events } = await fleet.client().eventList({ query: { after, limit: 1000 } });
    return events.map(({ type }) => type).filter((type) => ['node.suspect', 'node.lost', 'node.offline', 'job.requeued'].includes(type));
  };
  const hostIsOff = (seconds: number) =>
    waitFor('the clock of the host', async () => {
      const { submitted_at } = await fleet.sh('true', { cpus: 0 });
      return isNear(Date.parse(submitted_at), seconds) ? true : undefined;
    });
  const isNear = (time: number, seconds: number) => Math.abs(time - Date.now() - seconds * 1000) < MINUTE_MS;

  test('twenty jobs behind one that takes a quarter of an hour all run, and none fails', async () => {
    const gate = fleet.gate();
    const busy = await fleet.sh(gate.wait, { cpus: 4 });
    await fleet.jobIs(busy.job_id, 'running');
    const behind = await Promise.all(Array.from({ length: 20 }, () => fleet.sh('true', { cpus: 4 })));
    hostClock.set(15 * 60);
    nodeClock.set(15 * 60);
    await hostIsOff(15 * 60);
    const waiting = await fleet.client().jobList({ query: { state: 'pending' } });
    expect(waiting.jobs.map(({ job_id }) => job_id)).toEqual(expect.arrayContaining(behind.map(({ job_id }) => job_id)));
    gate.open();
    const ends = await Promise.all([busy, ...behind].map(({ job_id }) => fleet.end(job_id)));
    expect(new Set(ends.map(({ state, attempt }) => `${state} ${attempt}`))).toEqual(new Set(['completed 1']));
  }, 60_000);

  test.each([
    ['host', 3_600],
    ['host', -3_600],
    ['node', 3_600],
    ['node', -3_600],
  ] as const)(
    'the %s by %i seconds: no node falls silent and no job is lost',
    async (which, seconds) => {
      hostClock.set(0);
      nodeClock.set(0);
      await hostIsOff(0);
      const gate = fleet.gate();
      const running = await fleet.sh(`${gate.wait}; exit 4`, { time_limit_ms: 10 * MINUTE_MS });
      await fleet.jobIs(running.job_id, 'running');
      const seq = await newestSeq();
      (which === 'host' ? hostClock : nodeClock).set(seconds);
      await hostIsOff(which === 'host' ? seconds : 0);
      // Longer than the time after which a silent node loses its jobs.
      const meanwhile = await fleet.sh('sleep 5');
      expect(await fleet.end(meanwhile.job_id)).toMatchObject({ state: 'completed', attempt: 1 });
      expect(await silenceSince(seq)).toEqual([]);
      if (which === 'node') await restartUnderItsClock(seconds);
      gate.open();
      expect(await fleet.end(running.job_id)).toMatchObject({ state: 'failed', exit_code: 4, attempt: 1 });
    },
    60_000,
  );

  /** The runner's last words tell its time of day; the next one finds the job again. */
  async function restartUnderItsClock(seconds: number): Promise<void> {
    const node = fleet.node('a');
    await node.end('SIGTERM');
    const times = [...node.output().matchAll(/"time":(\d+)/g)].map(([, time]) => Number(time));
    expect(isNear(times.at(-1) ?? 0, seconds)).toBe(true);
    node.start();
    await fleet.nodeIs('a', 'online');
  }
});
