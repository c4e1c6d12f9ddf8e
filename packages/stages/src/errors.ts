/** Whose turn it is after a failure: the user corrects the input, or the operator looks at the machine. */
export type Fault = 'user' | 'system';

export interface StageErrorOptions {
  readonly field?: string | undefined;
  readonly value?: unknown;
  readonly cause?: unknown;
  /** Default `user`. */
  readonly fault?: Fault;
}

/** A failure that is told as it stands: what was wrong, with which value, and what to do. */
export class StageError extends Error {
  readonly code: string;
  readonly field: string | undefined;
  readonly value: unknown;
  readonly fault: Fault;

  constructor(code: string, message: string, options: StageErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StageError';
    this.code = code;
    this.field = options.field;
    this.value = options.value;
    this.fault = options.fault ?? 'user';
  }
}

const DISK_FULL = /No space left on device|Disk quota exceeded|File too large|ENOSPC|EDQUOT|EFBIG/;

/** Turns anything thrown into the one error that is reported, keeping the texts of its causes. */
export function toStageError(error: unknown): StageError {
  if (error instanceof StageError) return error;
  const text = describeChain(error);
  if (DISK_FULL.test(text)) {
    return new StageError('disk_full', `No space left to write (${text}). Free some space and retry.`, { fault: 'system', cause: error });
  }
  return new StageError('stage_failed', text, { fault: 'system', cause: error });
}

/** The messages of an error and of its causes, outermost first. */
export function describeChain(error: unknown): string {
  const parts: string[] = [];
  for (let current = error; current !== undefined && current !== null && parts.length < 5;) {
    parts.push(current instanceof Error ? current.message : typeof current === 'string' ? current : JSON.stringify(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(': ');
}
