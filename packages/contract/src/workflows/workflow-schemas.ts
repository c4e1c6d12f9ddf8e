import { Type, type Static } from 'typebox';
import { IDENTIFIER_PATTERN, IdNumber, JsonObject, TABLE_NAME_PATTERN } from '../ids.ts';
import { STAGES, WORKFLOW_STATES } from './workflow-states.ts';

const MAX_SQL = 1024 * 1024;
const MAX_CONFIG = 1024 * 1024;
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** `2026-01-31 23:59:59`, UTC: the form of time that workflow clients know. */
export const WorkflowTime = Type.String({ description: 'YYYY-MM-DD HH:MM:SS, UTC' });
const OptionalTime = Nullable(WorkflowTime);

const StateText = Type.Enum([...WORKFLOW_STATES]);
const StageText = Type.Enum([...STAGES]);
const SqlText = Type.String({ minLength: 1, maxLength: MAX_SQL, pattern: '^\\s*[^\\s\\u0000][^\\u0000]*$' });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** What a submit asks for (names of the FuxiCTR workflow; the last group is ours). */
export const WorkflowCreate = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000-\\u001f]*$' }),
    user: Type.String({ pattern: IDENTIFIER_PATTERN }),
    /** `MMoE`, or a path of the model zoo such as `multitask/MMoE`. */
    model: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}){0,2}$' }),
    experiment_id: Type.String({ pattern: IDENTIFIER_PATTERN }),
    sample_sql: SqlText,
    infer_sql: SqlText,
    hdfs_path: Type.String({ maxLength: 500, pattern: '^[^\\u0000]*$' }),
    hive_table: Type.String({ pattern: TABLE_NAME_PATTERN }),
    training_server: Type.Optional(Type.String({ maxLength: 100 })),
    inference_server: Type.Optional(Type.String({ maxLength: 100 })),
    gpu_count: Type.Optional(Type.Integer({ minimum: 0, maximum: 64 })),
    batch_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
    epochs: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    warehouse: Type.Optional(Type.String({ pattern: IDENTIFIER_PATTERN })),
    /** Texts of the two YAML files of a configuration directory; absent = searched by user and model. */
    config: Type.Optional(
      Type.Object(
        {
          model_config: Type.String({ minLength: 1, maxLength: MAX_CONFIG }),
          dataset_config: Type.Optional(Type.String({ maxLength: MAX_CONFIG })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type WorkflowCreate = Static<typeof WorkflowCreate>;

export const Workflow = Type.Object({
  task_id: IdNumber,
  name: Type.String(),
  user: Type.String(),
  model: Type.String(),
  experiment_id: Type.String(),
  status: StateText,
  current_step: Type.Integer(),
  total_steps: Type.Integer(),
  training_server: Nullable(Type.String()),
  inference_server: Nullable(Type.String()),
  created_at: WorkflowTime,
  started_at: OptionalTime,
  completed_at: OptionalTime,
  /** Beyond the FuxiCTR shape. */
  sample_sql: Type.String(),
  infer_sql: Type.String(),
  hdfs_path: Type.String(),
  hive_table: Type.String(),
  warehouse: Type.String(),
  dataset_id: Type.String(),
  error_message: Nullable(Type.String()),
});
export type Workflow = Static<typeof Workflow>;

export const WorkflowStep = Type.Object({
  id: IdNumber,
  task_id: IdNumber,
  step_name: StageText,
  status: StateText,
  started_at: OptionalTime,
  completed_at: OptionalTime,
  error_message: Nullable(Type.String()),
  retry_count: Type.Integer(),
  /** Beyond the FuxiCTR shape: the job that ran it last, and seconds it took. */
  job_id: Nullable(IdNumber),
  seconds: Nullable(Type.Number()),
});
export type WorkflowStep = Static<typeof WorkflowStep>;

const ProgressStep = Type.Object({
  name: StageText,
  status: StateText,
  started_at: OptionalTime,
  completed_at: OptionalTime,
  error_message: Nullable(Type.String()),
  retry_count: Type.Integer(),
});

const StepFigures = Type.Object({
  duration_seconds: Nullable(Type.Number()),
  bytes_transferred: Count,
  rows_processed: Count,
});

export const WorkflowProgress = Type.Object({
  task_id: IdNumber,
  task_name: Type.String(),
  status: StateText,
  current_step: Type.Integer(),
  total_steps: Type.Integer(),
  steps: Type.Array(ProgressStep),
  metrics: Type.Record(Type.String(), StepFigures),
  created_at: WorkflowTime,
  started_at: OptionalTime,
  completed_at: OptionalTime,
});
export type WorkflowProgress = Static<typeof WorkflowProgress>;

/** One row per finished stage; figures of other stages are null, `additional` ones are flattened into the row. */
export const WorkflowMetrics = Type.Object({ task_id: IdNumber, metrics: Type.Array(JsonObject) });
export type WorkflowMetrics = Static<typeof WorkflowMetrics>;

export const Message = Type.Object({ message: Type.String() });

/** The summary of a run that scripts read: `weir workflow submit --wait --json`, `npm run demo -- --json`. */
export const WorkflowSummary = Type.Object({
  workflow_id: IdNumber,
  state: StateText,
  stages: Type.Array(Type.Object({ name: StageText, state: StateText, seconds: Nullable(Type.Number()) })),
  /** split → label → metric → value. */
  metrics: Type.Record(Type.String(), Type.Record(Type.String(), Type.Record(Type.String(), Type.Number()))),
  rows_trained: Nullable(Count),
  rows_inferred: Nullable(Count),
  rows_loaded: Nullable(Count),
  result_table: Nullable(Type.String()),
  error: Nullable(Type.String()),
  url: Type.String(),
});
export type WorkflowSummary = Static<typeof WorkflowSummary>;
