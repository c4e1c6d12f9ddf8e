/** Exit status of a program that ended because it was asked to. */
export const STOPPED_EXIT = 143;
/** Longest time that unfinished work gets to let go after TERM. */
const LET_GO_MS = 3000;

/**
 * Returns a signal that is aborted by SIGTERM or SIGINT. The process then ends with status 143 as soon as every
 * holder (see `holdExit`) let go, at the latest after three seconds.
 */
export function stopOnSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    const exit = (): never => process.exit(STOPPED_EXIT);
    setTimeout(exit, LET_GO_MS);
    void Promise.allSettled(holds).then(exit);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return controller.signal;
}

const holds = new Set<Promise<unknown>>();

/** Delays the end of a stopped process until `work` is settled: for children that are being ended too. */
export function holdExit(work: Promise<unknown>): void {
  holds.add(work);
  void work.finally(() => holds.delete(work)).catch(() => undefined);
}
