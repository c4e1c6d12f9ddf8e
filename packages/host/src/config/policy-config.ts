import { STRATEGIES } from '@weir/contract';
import type { Policy } from '../scheduler/core/model.ts';
import { readChoice, readInteger, type Environment } from './variables.ts';

const DAY_MS = 24 * 3_600_000;
const MOST_WEIGHT = 1_000_000;

/** How long what is over is kept, milliseconds. */
export interface Retention {
  /** Ended jobs with their events, allocations and files. */
  readonly jobsMs: number;
  readonly auditMs: number;
}

/** What the scheduler weighs and how. */
export function readPolicy(env: Environment): Policy {
  const weight = (name: string, absent: number) => readInteger(env, [`WEIR_WEIGHT_${name}`], { absent, most: MOST_WEIGHT });
  return {
    weights: { age: weight('AGE', 1_000), fairShare: weight('FAIR_SHARE', 2_000), size: weight('SIZE', 0), user: weight('USER', 1_000) },
    maxAgeMs: readInteger(env, ['WEIR_MAX_AGE_MS'], { absent: 7 * DAY_MS, least: 1 }),
    usageHalfLifeMs: readInteger(env, ['WEIR_USAGE_HALF_LIFE_MS'], { absent: 7 * DAY_MS, least: 1 }),
    strategy: readChoice(env, ['WEIR_STRATEGY'], { absent: 'binpack', of: STRATEGIES }),
    bookings: readInteger(env, ['WEIR_BOOKINGS'], { absent: 10, most: 1_000 }),
    unlimitedMs: readInteger(env, ['WEIR_UNLIMITED_MS'], { absent: 365 * DAY_MS, least: 1 }),
  };
}

/** How long ended jobs and audit lines are kept. */
export function readRetention(env: Environment): Retention {
  return {
    jobsMs: readInteger(env, ['WEIR_KEEP_JOBS_MS'], { absent: 30 * DAY_MS, least: 1 }),
    auditMs: readInteger(env, ['WEIR_KEEP_AUDIT_MS'], { absent: 365 * DAY_MS, least: 1 }),
  };
}
