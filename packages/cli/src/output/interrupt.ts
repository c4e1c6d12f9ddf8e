import { clearStatus, note } from './terminal.ts';

const INTERRUPTED_EXIT = 130;

/** Lets Ctrl-C end this process with 130 and these last words, if any; what it watches goes on. */
export function onInterrupt(lastWords?: string): void {
  process.once('SIGINT', () => {
    clearStatus();
    if (lastWords !== undefined) note(lastWords);
    process.exit(INTERRUPTED_EXIT);
  });
}
