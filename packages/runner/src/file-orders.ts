import { rm } from 'node:fs/promises';
import { encodeLogChunk } from '@weir/contract/protocol';
import type { Logger } from '@weir/runtime';
import { errorText } from './error-code.ts';
import type { HostLink } from './host-link.ts';
import { LogReader, type LogRequest } from './logs/log-reader.ts';
import { jobFolder, type NodeFolders } from './node-folders.ts';
import type { TrackedAttempts } from './tracked-attempts.ts';

export interface FileOrdersOptions {
  readonly folders: NodeFolders;
  readonly attempts: TrackedAttempts;
  readonly link: HostLink;
  readonly log: Logger;
}

/** Carries out what the host orders about files of jobs: to read their output, and to delete it. */
export class FileOrders {
  readonly #options: FileOrdersOptions;
  readonly #logs: LogReader;

  constructor(options: FileOrdersOptions) {
    this.#options = options;
    this.#logs = new LogReader(options.folders, options.attempts);
  }

  /** Answers with a piece of output or with why there is none; not at all once `sessionOver` aborts. */
  async readLog(request: LogRequest, sessionOver: AbortSignal): Promise<void> {
    const { link, log } = this.#options;
    const { requestId } = request;
    try {
      const chunk = await this.#logs.read(request, sessionOver);
      if (sessionOver.aborted) return;
      if (chunk !== undefined) link.sendBinary(encodeLogChunk(chunk));
      else
        link.send({
          type: 'logFailed',
          requestId,
          message: `this node has no ${request.stream} of job ${request.jobId}, attempt ${request.attempt}`,
        });
    } catch (error) {
      log.warn({ err: error, jobId: request.jobId }, 'a log could not be read');
      if (!sessionOver.aborted) link.send({ type: 'logFailed', requestId, message: `the log cannot be read: ${errorText(error)}` });
    }
  }

  /** Deletes the files of a job that has ended here. */
  async forgetJob(jobId: number): Promise<void> {
    const { folders, attempts, log } = this.#options;
    if (attempts.isLiveJob(jobId)) {
      log.warn({ jobId }, 'the files of a job that still runs are not deleted');
      return;
    }
    try {
      await rm(jobFolder(folders, jobId), { recursive: true, force: true });
    } catch (error) {
      log.warn({ err: error, jobId }, 'the files of a job could not be deleted');
    }
  }
}
