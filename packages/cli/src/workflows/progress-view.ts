import type { Event } from '@weir/contract/client';
import { clearStatus, note, paintNote, printable, showStatus } from '../output/terminal.ts';
import { formatClock } from '../output/times.ts';
import { formatMetric, formatProgress, metricOf, stageOf, textOf, type Metric } from './event-fields.ts';
import { describeWorkflowEvent, stageColumn } from './event-text.ts';

interface Evaluation {
  readonly event: Event;
  readonly title: string;
  readonly metrics: Metric[];
}

/**
 * Shows a run on standard error while it goes on: a line per change of a stage and per evaluation, warnings and errors;
 * on a terminal also one line at the bottom with the progress.
 */
export class ProgressView {
  #evaluation: Evaluation | undefined;

  show(event: Event): void {
    if (event.type === 'stage.measured' && textOf(event, 'split') !== undefined) {
      this.#collect(event);
      return;
    }
    this.#flush();
    if (event.type === 'stage.progressed') {
      showStatus(`${formatClock(event.at)}  ${stageColumn(event)}  ${printable(formatProgress(event))}`);
      return;
    }
    if (event.type === 'stage.measured') return;
    if (event.type === 'stage.logged' && !['WARNING', 'ERROR'].includes(textOf(event, 'level') ?? '')) return;
    if (['stage.checkpointed', 'stage.artifact_stored', 'workflow.created'].includes(event.type)) return;
    const told = describeWorkflowEvent(event);
    if (told === undefined) return;
    if (event.type.startsWith('stage.') && event.type !== 'stage.logged') clearStatus();
    const text = printable(told.text);
    this.#line(event, told.color === undefined ? text : paintNote(told.color, text));
  }

  /** Shows what is still held back and removes the changing line. */
  close(): void {
    this.#flush();
    clearStatus();
  }

  #collect(event: Event): void {
    const metric = metricOf(event);
    const title = `${metric.split ?? ''}${metric.epoch === undefined ? '' : ` epoch ${metric.epoch}`}`;
    if (this.#evaluation?.title !== title || stageOf(this.#evaluation.event) !== stageOf(event)) this.#flush();
    this.#evaluation ??= { event, title, metrics: [] };
    this.#evaluation.metrics.push(metric);
  }

  #flush(): void {
    const evaluation = this.#evaluation;
    this.#evaluation = undefined;
    if (evaluation === undefined) return;
    const byLabel = Map.groupBy(evaluation.metrics, (metric) => metric.label ?? '');
    for (const [label, metrics] of byLabel) {
      const text = [evaluation.title, ...(label === '' ? [] : [label]), metrics.map(formatMetric).join(', ')].join('  ');
      this.#line(evaluation.event, paintNote('cyan', printable(text)));
    }
  }

  #line(event: Event, text: string): void {
    note(`${formatClock(event.at)}  ${stageColumn(event)}  ${text}`);
  }
}
