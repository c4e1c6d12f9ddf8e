import { Type } from 'typebox';
import { EventPage } from '../events/events.ts';
import { JsonObject } from '../ids.ts';
import {
  Message,
  Workflow,
  WorkflowCreate,
  WorkflowMetrics,
  WorkflowProgress,
  WorkflowStep,
  WorkflowSummary,
} from '../workflows/workflow-schemas.ts';
import { STAGES, WORKFLOW_STATES } from '../workflows/workflow-states.ts';
import type { Route } from './route.ts';
import { RepeatableHeaders, WorkflowParams } from './schemas.ts';

const params = WorkflowParams;
const StageText = Type.Enum([...STAGES]);

/** The routes of the FuxiCTR workflow under their own names, and four of ours: summary, events, report, report data. */
export const WORKFLOW_ROUTES = {
  workflowCreate: {
    method: 'POST',
    path: '/api/workflow/tasks',
    summary: 'Submit a workflow; checked, committed, then answered',
    headers: RepeatableHeaders,
    body: WorkflowCreate,
    response: Workflow,
    access: 'user',
  },
  workflowList: {
    method: 'GET',
    path: '/api/workflow/tasks',
    summary: 'Workflows, newest first',
    query: Type.Object({
      user: Type.Optional(Type.String({ maxLength: 100 })),
      status: Type.Optional(Type.Enum([...WORKFLOW_STATES])),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    }),
    response: Type.Array(Workflow),
    access: 'user',
  },
  workflowShow: {
    method: 'GET',
    path: '/api/workflow/tasks/:task_id',
    summary: 'One workflow',
    params,
    response: Workflow,
    access: 'user',
  },
  workflowSteps: {
    method: 'GET',
    path: '/api/workflow/tasks/:task_id/steps',
    summary: 'Its five stages in order',
    params,
    response: Type.Array(WorkflowStep),
    access: 'user',
  },
  workflowProgress: {
    method: 'GET',
    path: '/api/workflow/tasks/:task_id/progress',
    summary: 'Stages with figures',
    params,
    response: WorkflowProgress,
    access: 'user',
  },
  workflowMetrics: {
    method: 'GET',
    path: '/api/workflow/tasks/:task_id/metrics',
    summary: 'Figures per finished stage',
    params,
    response: WorkflowMetrics,
    access: 'user',
  },
  workflowSummary: {
    method: 'GET',
    path: '/api/workflow/tasks/:task_id/summary',
    summary: 'The run in one object; with wait_ms, answered when it has ended or the time is over',
    params,
    query: Type.Object({ wait_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })) }),
    response: WorkflowSummary,
    access: 'user',
  },
  workflowEvents: {
    method: 'GET',
    path: '/api/workflow/tasks/:task_id/events',
    summary: 'What happened after `after`, in order; with wait_ms, waits for the first',
    params,
    query: Type.Object({
      after: Type.Optional(Type.Integer({ minimum: 0 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
      wait_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
    }),
    response: EventPage,
    access: 'user',
  },
  workflowReport: { method: 'GET', path: '/workflows/:task_id', summary: 'The report as a page', params, response: 'html', access: 'user' },
  workflowReportShow: {
    method: 'GET',
    path: '/api/workflow/tasks/:task_id/report',
    summary: 'The report as JSON',
    params,
    response: JsonObject,
    access: 'user',
  },
  workflowRetry: {
    method: 'POST',
    path: '/api/workflow/tasks/:task_id/retry',
    summary: 'Go on with a failed or cancelled workflow; `step` = from that stage on',
    params,
    query: Type.Object({ step: Type.Optional(StageText) }),
    response: Message,
    access: 'user',
  },
  workflowCancel: {
    method: 'POST',
    path: '/api/workflow/tasks/:task_id/cancel',
    summary: 'End it; its running stage is stopped',
    params,
    response: Message,
    access: 'user',
  },
  workflowDelete: {
    method: 'DELETE',
    path: '/api/workflow/tasks/:task_id',
    summary: 'Forget an ended workflow and delete its files; the result table stays',
    params,
    response: Message,
    access: 'user',
  },
  workflowServers: {
    method: 'GET',
    path: '/api/workflow/servers',
    summary: 'Machines that stages run on',
    response: Type.Object({
      servers: Type.Array(Type.Object({ name: Type.String(), host: Type.String(), port: Type.Integer(), username: Type.String() })),
    }),
    access: 'user',
  },
  workflowConfig: {
    method: 'GET',
    path: '/api/workflow/config',
    summary: 'Settings that clients may see',
    response: Type.Object({
      servers: Type.Record(Type.String(), Type.Object({ host: Type.String(), port: Type.Integer() })),
      storage: JsonObject,
      fuxictr_paths: JsonObject,
      transfer: JsonObject,
      workflow: JsonObject,
    }),
    access: 'user',
  },
} as const satisfies Record<string, Route>;
