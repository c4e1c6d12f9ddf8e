import { formatBytes, type Event } from '@weir/contract/client';
import type { Color } from '../output/terminal.ts';
import { formatSpan } from '../output/times.ts';
import { formatMetric, formatProgress, metricOf, numberOf, stageOf, textOf } from './event-fields.ts';

/** What an event says to a person. */
export interface EventText {
  readonly text: string;
  readonly color?: Color;
}

const LEVEL_COLORS: Record<string, Color> = { WARNING: 'yellow', ERROR: 'red', DEBUG: 'gray' };

/** Tells an event of a workflow in a few words; undefined for those that say nothing to a person, such as a stage's job being queued. */
export function describeWorkflowEvent(event: Event): EventText | undefined {
  return (DESCRIPTIONS[event.type] ?? (() => undefined))(event);
}

const DESCRIPTIONS: Partial<Record<Event['type'], (event: Event) => EventText>> = {
  'workflow.created': () => ({ text: 'created' }),
  'workflow.started': () => ({ text: 'started' }),
  'workflow.retried': () => ({ text: 'retried' }),
  'workflow.completed': () => ({ text: 'completed', color: 'green' }),
  'workflow.failed': (event) => ({ text: withMessage('failed', event), color: 'red' }),
  'workflow.cancelled': () => ({ text: 'cancelled', color: 'yellow' }),
  'workflow.deleted': () => ({ text: 'deleted' }),
  'stage.queued': (event) => ({ text: event.job_id === null ? 'queued' : `queued as job ${event.job_id}` }),
  'stage.started': (event) => ({ text: event.node === null ? 'started' : `started on ${event.node}` }),
  'stage.completed': (event) => ({ text: `completed${describeSeconds(event)}`, color: 'green' }),
  'stage.failed': (event) => ({ text: withMessage('failed', event), color: 'red' }),
  'stage.logged': describeLog,
  'stage.progressed': (event) => ({ text: formatProgress(event) }),
  'stage.measured': describeMetric,
  'stage.checkpointed': () => ({ text: 'checkpoint saved', color: 'gray' }),
  'stage.artifact_stored': describeArtifact,
  'job.requeued': (event) => ({ text: `job ${event.job_id ?? ''} goes back to the queue`, color: 'yellow' }),
};

function withMessage(word: string, event: Event): string {
  const message = textOf(event, 'message') ?? textOf(event, 'error');
  return message === undefined || message === '' ? word : `${word}: ${message}`;
}

function describeSeconds(event: Event): string {
  const seconds = numberOf(event, 'seconds');
  return seconds === undefined ? '' : ` in ${formatSpan(seconds * 1000)}`;
}

function describeLog(event: Event): EventText {
  const level = textOf(event, 'level') ?? 'INFO';
  const text = `${level === 'INFO' ? '' : `${level} `}${textOf(event, 'message') ?? ''}`;
  const color = LEVEL_COLORS[level];
  return color === undefined ? { text } : { text, color };
}

function describeMetric(event: Event): EventText {
  const metric = metricOf(event);
  const where = [metric.label, metric.split, metric.epoch === undefined ? undefined : `epoch ${metric.epoch}`].filter(
    (part) => part !== undefined,
  );
  return { text: `${formatMetric(metric)}${where.length === 0 ? '' : ` (${where.join(', ')})`}`, color: 'cyan' };
}

function describeArtifact(event: Event): EventText {
  const bytes = numberOf(event, 'bytes');
  return { text: `stored ${textOf(event, 'name') ?? 'a file'}${bytes === undefined ? '' : `, ${formatBytes(bytes)}`}`, color: 'gray' };
}

/** The stage of an event, as wide as the widest. */
export function stageColumn(event: Event): string {
  return stageOf(event).padEnd(10);
}
