import { expect, test, vi } from 'vitest';
import { createLogger, Loop } from '@weir/runtime';

const log = createLogger('test', 'silent');

function gate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test('wakes during a run lead to exactly one more run, and runs never overlap', async () => {
  const first = gate();
  let running = 0;
  let most = 0;
  let runs = 0;
  const loop = new Loop({
    name: 'test',
    periodMs: 60_000,
    log,
    run: async () => {
      running += 1;
      most = Math.max(most, running);
      runs += 1;
      if (runs === 1) await first.opened;
      running -= 1;
    },
  });
  loop.start();
  await vi.waitFor(() => expect(runs).toBe(1));
  loop.wake();
  loop.wake();
  loop.wake();
  first.open();
  await vi.waitFor(() => expect(runs).toBe(2));
  await loop.stop();
  expect({ runs, most }).toEqual({ runs: 2, most: 1 });
});

test('a run that throws shows in health and is tried again', async () => {
  let runs = 0;
  const loop = new Loop({
    name: 'test',
    periodMs: 5,
    log,
    run: async () => {
      runs += 1;
      if (runs === 1) throw new Error('no disk');
      if (runs === 2) expect(loop.health()).toBe('no disk');
    },
  });
  expect(loop.health()).toBe('stopped');
  loop.start();
  await vi.waitFor(() => expect(runs).toBeGreaterThan(2));
  expect(loop.health()).toBe('ok');
  await loop.stop();
  const after = runs;
  loop.wake();
  await Promise.resolve();
  expect(runs).toBe(after);
});

test('stop waits for the run in progress', async () => {
  const inside = gate();
  let finished = false;
  const loop = new Loop({
    name: 'test',
    periodMs: 60_000,
    log,
    run: async () => {
      await inside.opened;
      finished = true;
    },
  });
  loop.start();
  const stopped = loop.stop();
  inside.open();
  await stopped;
  expect(finished).toBe(true);
});

test('a run that failed does not wait for a long period', async () => {
  vi.useFakeTimers();
  try {
    let runs = 0;
    const loop = new Loop({
      name: 'test',
      periodMs: 3_600_000,
      log,
      run: async () => {
        runs += 1;
        if (runs === 1) throw new Error('no disk');
      },
    });
    loop.start();
    await vi.advanceTimersByTimeAsync(5_000);
    expect({ runs, health: loop.health() }).toEqual({ runs: 2, health: 'ok' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(runs).toBe(2);
    await loop.stop();
  } finally {
    vi.useRealTimers();
  }
});
