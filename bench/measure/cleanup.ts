/**
 * Runs `work` and undoes what it deferred, whether it succeeds, throws, or the process is asked to stop (Ctrl-C):
 * then the process ends with 130 once everything is undone.
 */
export async function withCleanup<T>(work: (cleanup: AsyncDisposableStack) => Promise<T>): Promise<T> {
  await using cleanup = new AsyncDisposableStack();
  const stop = () => {
    const exit = () => process.exit(130);
    cleanup.disposeAsync().then(exit, exit);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, stop);
    cleanup.defer(() => void process.off(signal, stop));
  }
  return await work(cleanup);
}
