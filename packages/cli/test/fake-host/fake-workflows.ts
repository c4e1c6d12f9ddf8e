import { AppError, STAGES, workflowHasEnded, type Event, type Workflow, type WorkflowStep, type WorkflowSummary } from '@weir/contract';
import type { Changes } from './changes.ts';
import type { Answer, Call } from './router.ts';

const AT = '2026-01-31T10:00:00.000Z';

/** The one workflow of the fake host, with its events. */
export class FakeWorkflow {
  readonly #changes: Changes;
  readonly #events: Event[] = [];
  state: Workflow['status'] = 'running';
  error: string | null = null;
  created: unknown;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  tell(type: Event['type'], data: Record<string, unknown> = {}): void {
    this.#events.push({ seq: this.#events.length + 1, at: AT, type, job_id: null, workflow_id: 7, node: null, data });
    this.#changes.tell();
  }

  /** Ends the workflow and says so. */
  end(state: 'completed' | 'failed' | 'cancelled', error: string | null = null): void {
    this.state = state;
    this.error = error;
    this.tell(`workflow.${state}`, error === null ? {} : { message: error });
  }

  async handle(call: Call): Promise<Answer | undefined> {
    if ('task_id' in call.params && call.params['task_id'] !== 7) {
      throw new AppError('workflow_not_found', `there is no workflow ${String(call.params['task_id'])}`);
    }
    switch (call.id) {
      case 'workflowCreate':
        this.created = call.body;
        return { json: this.show() };
      case 'workflowList':
        return { json: [this.show()] };
      case 'workflowShow':
        return { json: this.show() };
      case 'workflowSteps':
        return { json: this.steps() };
      case 'workflowSummary':
        return { json: this.summary() };
      case 'workflowEvents':
        return { json: await this.#readEvents(call.query) };
      case 'workflowRetry':
        if (!workflowHasEnded({ state: this.state }))
          throw new AppError('state_conflict', `workflow 7 is ${this.state}: only a failed or cancelled one can be retried`);
        this.state = 'running';
        this.tell('workflow.retried');
        return { json: { message: 'workflow 7 goes on' } };
      case 'workflowCancel':
        this.end('cancelled');
        return { json: { message: 'workflow 7 is cancelled' } };
      case 'workflowDelete':
        return { json: { message: 'workflow 7 is deleted' } };
      case 'workflowReport':
        return { bytes: Buffer.from('<!doctype html><title>report</title>') };
      case 'workflowReportShow':
        return { json: { rows: 900 } };
      default:
        return undefined;
    }
  }

  show(): Workflow {
    return {
      task_id: 7,
      name: 'nightly',
      user: 'ada',
      model: 'MMoE',
      experiment_id: 'MMoE_default',
      status: this.state,
      current_step: 2,
      total_steps: 5,
      training_server: null,
      inference_server: null,
      created_at: '2026-01-31 10:00:00',
      started_at: '2026-01-31 10:00:01',
      completed_at: null,
      sample_sql: 'select 1',
      infer_sql: 'select 2',
      hdfs_path: '',
      hive_table: 'ads.scores',
      warehouse: 'local',
      dataset_id: 'MMoE_default.20260131_100000',
      error_message: this.error,
    };
  }

  steps(): WorkflowStep[] {
    return STAGES.map((step_name, index) => ({
      id: index + 1,
      task_id: 7,
      step_name,
      status: index === 0 ? 'completed' : index === 1 ? this.state : 'pending',
      started_at: null,
      completed_at: null,
      error_message: index === 1 ? this.error : null,
      retry_count: 0,
      job_id: index < 2 ? index + 11 : null,
      seconds: index === 0 ? 3.25 : null,
    }));
  }

  summary(): WorkflowSummary {
    const done = this.state === 'completed';
    return {
      workflow_id: 7,
      state: this.state,
      stages: STAGES.map((name, index) => ({
        name,
        state: done || index === 0 ? 'completed' : index === 1 ? this.state : 'pending',
        seconds: done || index === 0 ? index + 0.5 : null,
      })),
      metrics: done ? { test: { click: { AUC: 0.8312345, logloss: 0.2121 }, buy: { AUC: 0.9, logloss: 0.1 } } } : {},
      rows_trained: done ? 24000 : null,
      rows_inferred: done ? 8000 : null,
      rows_loaded: done ? 8000 : null,
      result_table: done ? 'ads.scores' : null,
      error: this.error,
      url: 'http://weir.test/workflows/7',
    };
  }

  async #readEvents(query: Record<string, unknown>) {
    const after = Number(query['after'] ?? 0);
    const wanted = () => this.#events.filter((event) => event.seq > after);
    await this.#changes.until(() => wanted().length > 0, Number(query['wait_ms'] ?? 0));
    const events = wanted().slice(0, Number(query['limit'] ?? 100));
    return { events, last_seq: events.at(-1)?.seq ?? after };
  }
}
