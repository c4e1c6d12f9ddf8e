/**
 * Runs `work` and undoes what it deferred, whether it succeeds, throws, or the process is asked to stop (Ctrl-C):
 * then the process ends with 130 once everything is undone, whatever `work` says to it.
 */
export async function withCleanup<T>(work: (cleanup: AsyncDisposableStack) => Promise<T>): Promise<T> {
  await using cleanup = new AsyncDisposableStack();
  let stopped: Promise<never> | undefined;
  const stop = () => {
    stopped ??= cleanup.disposeAsync().then(exit, exit);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, stop);
    cleanup.defer(() => void process.off(signal, stop));
  }
  try {
    return await work(cleanup);
  } catch (error) {
    if (stopped !== undefined) return await stopped;
    throw error;
  }
}

function exit(): never {
  return process.exit(130);
}
