import { STAGES, type Outcome, type Stage } from '@weir/contract';
import { eventually } from '../eventually.ts';
import type { FakeRunner, StartFrame } from '../fake-runner.ts';

/** What each stage leaves to the next ones. */
export const RESULTS: Record<Stage, Record<string, unknown>> = {
  data_fetch: { rows: { sample: 10, infer: 5, train: 8, valid: 1, test: 1 }, bytes: { sample: 100, infer: 50 }, datasetDir: '/d' },
  train: { rowsTrained: 8, epochsCompleted: 3, finalLoss: 0.25, metrics: { valid: { click: { AUC: 0.75 }, buy: { AUC: 0.5 } } } },
  infer: { rows: 5, bytes: 77, parts: [{ file: 'a', rows: 5 }] },
  transport: { rowsLoaded: 5, bytes: 77, rowsReplaced: null },
  monitor: { reportHtmlPath: '/r.html' },
};

export const stageOf = (order: StartFrame): Stage => {
  const { program } = order.launch;
  return STAGES.find((stage) => program.kind === 'stage' && program.program === stage)!;
};
export const specOf = (order: StartFrame): Record<string, unknown> =>
  order.launch.program.kind === 'stage' ? order.launch.program.spec : {};

/** Runs a stage's job to its end: lines are acknowledged before the end is told, as runners do. */
export async function runStage(runner: FakeRunner, order: StartFrame, run: { lines: unknown[]; outcome?: Outcome }): Promise<void> {
  runner.reportRunning(order);
  runner.sendEvents(order, run.lines, { offset: 0, nextOffset: 100 });
  await eventually(() => runner.received('eventsAck').find((ack) => ack.jobId === order.jobId && ack.attempt === order.attempt));
  runner.reportEnd(order, run.outcome);
}

/** Runs a stage's job to its result. */
export function succeed(runner: FakeRunner, order: StartFrame): Promise<void> {
  const stage = stageOf(order);
  const report = stage === 'monitor' ? [{ type: 'report', html: '<p>done</p>', json: { rows: 5 } }] : [];
  return runStage(runner, order, {
    lines: [{ type: 'checkpoint', data: { at: stage } }, ...report, { type: 'result', data: RESULTS[stage] }],
  });
}
