import { Loop, type Logger } from '@weir/runtime';
import type { IdentityService } from '../identity/identity-service.ts';
import type { UsageHistory } from './usage-history.ts';

const MINUTE_MS = 60_000;
/** After the minute is over, so that it is. */
const AFTER_MS = 100;

/** Writes once a minute what need not be stored at once: what nodes did, and which tokens were used. */
export function makeUsageLoop(parts: { usage: UsageHistory; identity: IdentityService; log: Logger }): Loop {
  return new Loop({
    name: 'usage',
    periodMs: MINUTE_MS,
    dueInMs: () => MINUTE_MS - (Date.now() % MINUTE_MS) + AFTER_MS,
    log: parts.log,
    run: async () => {
      await parts.usage.flush();
      await parts.identity.noteUse();
    },
  });
}
