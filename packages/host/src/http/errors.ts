import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, type ErrorBody } from '@weir/contract';

/** The one place that turns an error into an answer. A refusal says itself; anything else is a bug: 500, a request id, no inner text. */
export function answerError(error: FastifyError | AppError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = toRefusal(error);
  if (refusal.status >= 500 && refusal.code === 'internal') request.log.error({ err: error }, 'request failed');
  else if (refusal.status >= 500) request.log.warn({ err: error }, 'request refused');
  const body: ErrorBody = {
    detail: refusal.message,
    error: { code: refusal.code, message: refusal.message, ...refusal.detail, request_id: request.id },
  };
  if (refusal.retryAfterSeconds !== undefined) void reply.header('retry-after', refusal.retryAfterSeconds);
  void reply.status(refusal.status).send(body);
}

function toRefusal(error: FastifyError | AppError | Error): AppError {
  if (error instanceof AppError) return error;
  const status = 'statusCode' in error ? error.statusCode : undefined;
  if (status === 413) return new AppError('body_too_large', 'the body is larger than this route takes');
  if (status !== undefined && status >= 400 && status < 500) return new AppError('invalid_input', error.message, { field: 'body' });
  return new AppError('internal', 'Weir failed to answer: its log has the cause under this request id', { cause: error });
}
