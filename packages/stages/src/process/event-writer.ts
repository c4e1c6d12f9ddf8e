import { closeSync, openSync, writeSync } from 'node:fs';
import { MAX_STAGE_EVENT_BYTES, type JsonObject, type StageEvent } from '@weir/contract';
import { StageError } from '../errors.ts';

type LogLevel = Extract<StageEvent, { type: 'log' }>['level'];
export type MetricEvent = Extract<StageEvent, { type: 'metric' }>;

const SHOWN_METRICS = /^(AUC|logloss|loss|mean_prediction)/;
const PROGRESS_LINE_MS = 1000;
const MAX_TEXT = 64 * 1024;

/**
 * Appends stage events to the event file, one write per line, and tells people the same on standard output.
 * Without a file only the lines for people are written; a quiet writer leaves standard output to the program.
 */
export class EventWriter {
  readonly #file: number | undefined;
  readonly #isQuiet: boolean;
  #lastProgress = { at: 0, text: '' };

  constructor(path: string | undefined, options: { quiet?: boolean } = {}) {
    this.#file = path === undefined ? undefined : openSync(path, 'a', 0o644);
    this.#isQuiet = options.quiet ?? false;
  }

  log(message: string, level: LogLevel = 'INFO'): void {
    this.emit({ type: 'log', level, message });
  }

  progress(current: number, total: number, message: string): void {
    this.emit({ type: 'progress', current, total, message });
  }

  checkpoint(data: JsonObject): void {
    this.emit({ type: 'checkpoint', data });
  }

  error(error: StageError): void {
    const { code, message, field, value } = error;
    this.emit({ type: 'error', code, message, ...(field === undefined ? {} : { field }), ...(value === undefined ? {} : { value }) });
  }

  /** Appends one event as it is, with the time when it has none. */
  emit(event: StageEvent): void {
    const line = Buffer.from(`${JSON.stringify({ ...fitting(event), at: event.at ?? new Date().toISOString() })}\n`);
    if (line.length > MAX_STAGE_EVENT_BYTES) {
      throw new StageError(
        'event_too_large',
        `The ${event.type} of the stage takes ${line.length} bytes, more than ${MAX_STAGE_EVENT_BYTES}. Select fewer columns.`,
      );
    }
    if (this.#file !== undefined) writeSync(this.#file, line);
    if (event.type === 'error') process.stderr.write(`ERROR ${event.code}: ${event.message}\n`);
    else if (!this.#isQuiet) this.#tell(event);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }

  #tell(event: StageEvent): void {
    const text = this.#describe(event);
    if (text !== undefined) process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
  }

  #describe(event: StageEvent): string | undefined {
    switch (event.type) {
      case 'log':
        return event.level === 'INFO' ? event.message : `${event.level} ${event.message}`;
      case 'progress':
        return this.#describeProgress(event.current, event.total, event.message);
      case 'metric':
        return SHOWN_METRICS.test(event.name) && event.step === undefined ? describeMetric(event) : undefined;
      case 'artifact':
        return `${event.name}: ${event.path} (${event.bytes} bytes)`;
      default:
        return undefined;
    }
  }

  #describeProgress(current: number, total: number, message: string): string | undefined {
    const now = performance.now();
    const isNews = current >= total || now - this.#lastProgress.at >= PROGRESS_LINE_MS;
    const text = `${message} (${current}/${total})`;
    if (!isNews || text === this.#lastProgress.text) return undefined;
    this.#lastProgress = { at: now, text };
    return text;
  }
}

/** Texts of any length are cut where they are for people only. */
function fitting(event: StageEvent): StageEvent {
  if (event.type !== 'log' && event.type !== 'error') return event;
  const message = shorten(event.message);
  if (event.type === 'log') return { ...event, message };
  return typeof event.value === 'string' ? { ...event, message, value: shorten(event.value) } : { ...event, message };
}

function shorten(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length - MAX_TEXT} more characters)`;
}

function describeMetric(metric: MetricEvent): string {
  const where = [metric.split, metric.label, metric.epoch === undefined ? undefined : `epoch ${metric.epoch}`].filter(Boolean).join(', ');
  return `${metric.name} ${Number(metric.value.toPrecision(6))}${where === '' ? '' : ` (${where})`}`;
}
