import { STAGES, type Event, type LogMessage, type Stage } from '@weir/contract';
import { fromIso } from '../store/time.ts';
import { toWorkflowTime } from './workflow-view.ts';

type Body = { [T in LogMessage['type']]: { type: T; data: Extract<LogMessage, { type: T }>['data'] } }[LogMessage['type']];

/** An event in the FuxiCTR workflow's envelope; undefined for one that such clients have no message for. */
export function toLogMessage(event: Event): LogMessage | undefined {
  const body = toBody(event);
  if (body === undefined || event.workflow_id === null) return undefined;
  const envelope = { task_id: event.workflow_id, step: readStep(event), timestamp: toWorkflowTime(fromIso(event.at)), seq: event.seq };
  return { ...body, ...envelope };
}

function toBody(event: Event): Body | undefined {
  const { data } = event;
  switch (event.type) {
    case 'stage.logged':
      return { type: 'log', data: { level: readLevel(data['level']), message: text(data['message']) } };
    case 'stage.progressed': {
      const [current, total] = [Number(data['current']), Number(data['total'])];
      return {
        type: 'progress',
        data: { current, total, percent: total > 0 ? Math.trunc((current / total) * 100) : 0, message: text(data['message']) },
      };
    }
    case 'stage.measured':
      return {
        type: 'metric',
        data: { ...readMetricPlace(data), name: text(data['name']), value: Number(data['value']), unit: text(data['unit'] ?? '') },
      };
    case 'stage.failed':
    case 'workflow.failed':
      return { type: 'error', data: { message: text(data['message']) } };
    case 'stage.completed':
      return {
        type: 'complete',
        data: { result: typeof data['result'] === 'object' && data['result'] !== null ? { ...data['result'] } : {} },
      };
    case 'workflow.completed':
      return { type: 'complete', data: { result: { ...data } } };
    default:
      return LOG_LINES[event.type] === undefined
        ? undefined
        : { type: 'log', data: { level: 'INFO', message: LOG_LINES[event.type] ?? '' } };
  }
}

const LOG_LINES: Partial<Record<Event['type'], string>> = {
  'workflow.created': 'submitted',
  'workflow.started': 'started',
  'workflow.retried': 'retried',
  'workflow.cancelled': 'cancelled',
  'stage.queued': 'queued',
  'stage.started': 'started',
};

function readMetricPlace(data: Event['data']): { label?: string; split?: string; epoch?: number } {
  const { label, split, epoch } = data;
  return {
    ...(typeof label === 'string' ? { label } : {}),
    ...(typeof split === 'string' ? { split } : {}),
    ...(typeof epoch === 'number' ? { epoch } : {}),
  };
}

function readStep(event: Event): Stage | 'workflow' {
  return event.type.startsWith('stage.') ? (STAGES.find((stage) => stage === event.data['stage']) ?? 'workflow') : 'workflow';
}

const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const;

function readLevel(value: unknown): (typeof LEVELS)[number] {
  return LEVELS.find((level) => level === value) ?? 'INFO';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}
