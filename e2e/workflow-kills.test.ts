import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STAGES, type Stage, type Workflow, type WorkflowStep, type WorkflowSummary } from '@weir/contract';
import { listJobProcesses } from './support/job-processes.ts';
import { writeSmallData, type SmallData } from './support/small-data.ts';
import { waitFor } from './support/wait.ts';
import { WeirHome } from './support/weir-home.ts';

const WORKFLOW_MS = 300_000;

let home: WeirHome;
let data: SmallData;
let unbroken: unknown;
let unbrokenSummary: WorkflowSummary;

beforeAll(async () => {
  data = writeSmallData(mkdtempSync(join(tmpdir(), 'weir-e2e-data-')));
  home = await WeirHome.start();
  const submitted = await submit('unbroken');
  unbrokenSummary = await waitForEnd(submitted.task_id);
  unbroken = await readTable('unbroken');
}, WORKFLOW_MS);

afterAll(async () => {
  await home.destroy();
  rmSync(data.folder, { recursive: true });
});

async function submit(table: string): Promise<Workflow> {
  return home.json<Workflow>([...data.submitArgs, '--hive-table', table]);
}

async function readTable(table: string): Promise<unknown> {
  return JSON.parse(await home.must(['warehouse', 'query', '--sql', `SELECT * FROM ${table} ORDER BY user_id`, '--format', 'json']));
}

/** Asks again while the host is away; a failed workflow is retried as a user would. */
async function waitForEnd(id: number): Promise<WorkflowSummary> {
  return waitFor(
    `end of workflow ${id}`,
    async () => {
      const end = await home.weir(['workflow', 'summary', String(id), '--json']);
      if (end.code !== 0) return undefined;
      const summary = JSON.parse(end.stdout) as WorkflowSummary;
      if (summary.state === 'failed') await home.weir(['workflow', 'retry', String(id)]);
      return summary.state === 'completed' ? summary : undefined;
    },
    WORKFLOW_MS,
  );
}

/** Waits until the stage's own program runs; returns its job. */
async function waitForProgram(id: number, stage: Stage): Promise<number> {
  return waitFor(
    `${stage} of workflow ${id} to run`,
    async () => {
      const end = await home.weir(['workflow', 'show', String(id), '--json']);
      if (end.code !== 0) return undefined;
      const steps = await home
        .client()
        .workflowSteps({ params: { task_id: id } })
        .catch(() => [] as WorkflowStep[]);
      const jobId = steps.find((step) => step.step_name === stage)?.job_id;
      if (jobId === undefined || jobId === null) return undefined;
      return programsOf(jobId, stage).length > 0 ? jobId : undefined;
    },
    WORKFLOW_MS,
  );
}

/** Waits until an epoch is stored: what is killed then must go on from there. */
async function waitForCheckpoint(jobId: number): Promise<void> {
  await waitFor('a checkpoint', async () => {
    const { events } = await home.client().eventList({ query: { job_id: jobId, limit: 1000 } });
    return events.some((event) => event.type === 'stage.checkpointed') || undefined;
  });
}

function programsOf(jobId: number, stage: Stage): number[] {
  const processes = listJobProcesses(jobId).filter(({ command }) => command.includes(stage) || command.includes('weir_fuxictr'));
  return processes.map(({ pid }) => pid);
}

test('an unbroken run loads every row with a prediction per label', () => {
  expect(unbrokenSummary).toMatchObject({
    state: 'completed',
    rows_inferred: data.inferRows,
    rows_loaded: data.inferRows,
    result_table: 'unbroken',
  });
  expect(Object.keys(unbrokenSummary.metrics['test'] ?? {})).toEqual(['label_click', 'label_buy']);
  expect(unbroken).toHaveLength(data.inferRows);
});

test.each(['host', 'runner', 'stage program'] as const)(
  'kill -9 of the %s in the middle of every stage ends in the same loaded rows',
  async (victim) => {
    const table = `after_${victim.replace(' ', '_')}`;
    const { task_id: id } = await submit(table);
    for (const stage of STAGES) {
      const jobId = await waitForProgram(id, stage);
      if (stage === 'train') await waitForCheckpoint(jobId);
      if (victim === 'stage program') for (const pid of programsOf(jobId, stage)) killIfThere(pid);
      else home.kill(victim);
      if (victim === 'stage program') await retryOnceFailed(id, stage);
    }
    const summary = await waitForEnd(id);
    expect(summary.metrics).toEqual(unbrokenSummary.metrics);
    expect(await readTable(table)).toEqual(unbroken);
  },
  WORKFLOW_MS * 2,
);

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function retryOnceFailed(id: number, stage: Stage): Promise<void> {
  const steps = await waitFor(`${stage} to fail`, async () => {
    const now = await home.client().workflowShow({ params: { task_id: id } });
    return now.status === 'failed' ? home.client().workflowSteps({ params: { task_id: id } }) : undefined;
  });
  expect(steps.find((step) => step.step_name === stage)).toMatchObject({
    status: 'failed',
    error_message: expect.stringContaining('signal 9'),
  });
  await home.must(['workflow', 'retry', String(id)]);
}
