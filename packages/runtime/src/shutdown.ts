import type { Logger } from './log.ts';

/** Resolves with the first of SIGTERM and SIGINT; a second one ends the process at once. */
export async function waitForSignal(log: Logger): Promise<NodeJS.Signals> {
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  log.info({ signal }, 'stopping');
  const exitNow = () => process.exit(130);
  process.once('SIGTERM', exitNow);
  process.once('SIGINT', exitNow);
  return signal;
}
