/**
 * The one table of refusals: HTTP status and CLI exit code per code.
 * Exit codes follow sysexits where one fits (64 usage, 69 unavailable, 75 try again, 77 no permission).
 */
export const ERROR_CODES = {
  invalid_input: { status: 422, exit: 64 },
  invalid_time_limit: { status: 422, exit: 64 },
  invalid_memory: { status: 422, exit: 64 },
  invalid_sql: { status: 422, exit: 64 },
  invalid_config: { status: 422, exit: 64 },
  path_not_allowed: { status: 422, exit: 64 },
  model_unknown: { status: 422, exit: 64 },
  experiment_unknown: { status: 422, exit: 64 },
  warehouse_unknown: { status: 422, exit: 64 },
  label_missing: { status: 422, exit: 64 },
  resources_never_fit: { status: 422, exit: 64 },
  limit_exceeded: { status: 422, exit: 64 },
  dependency_unknown: { status: 422, exit: 64 },
  idempotency_key_reused: { status: 422, exit: 64 },
  state_conflict: { status: 400, exit: 65 },
  unauthenticated: { status: 401, exit: 77 },
  forbidden: { status: 403, exit: 77 },
  not_found: { status: 404, exit: 66 },
  job_not_found: { status: 404, exit: 66 },
  node_not_found: { status: 404, exit: 66 },
  user_not_found: { status: 404, exit: 66 },
  account_not_found: { status: 404, exit: 66 },
  token_not_found: { status: 404, exit: 66 },
  reservation_not_found: { status: 404, exit: 66 },
  workflow_not_found: { status: 404, exit: 66 },
  report_not_ready: { status: 404, exit: 75 },
  already_exists: { status: 409, exit: 65 },
  already_ended: { status: 409, exit: 65 },
  gone: { status: 410, exit: 69 },
  body_too_large: { status: 413, exit: 64 },
  node_unreachable: { status: 503, exit: 69 },
  host_unreachable: { status: 503, exit: 69 },
  /** Unlike `limit_exceeded`, which no waiting changes. */
  queue_full: { status: 429, exit: 75 },
  too_many_requests: { status: 429, exit: 75 },
  store_unavailable: { status: 503, exit: 69 },
  wait_timed_out: { status: 504, exit: 75 },
  internal: { status: 500, exit: 70 },
} as const satisfies Record<string, { status: number; exit: number }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** True when `value` is a code of the table. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_CODES, value);
}

/** Where a refusal points to: the input's field and the value that was refused. */
export interface ErrorDetail {
  readonly field?: string;
  readonly value?: unknown;
}

/** A refusal that a user may read: says what was wrong, with which value, and what to do. Anything else thrown is a bug. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;
  /** Seconds after which to ask again, at least 1; undefined = nobody can say. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorDetail & { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.detail = {
      ...(options.field === undefined ? {} : { field: options.field }),
      ...(options.value === undefined ? {} : { value: options.value }),
    };
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  get exitCode(): number {
    return ERROR_CODES[this.code].exit;
  }
}
