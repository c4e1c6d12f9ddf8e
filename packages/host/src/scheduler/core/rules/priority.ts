import type { JobClass } from '@weir/contract';
import type { Demand, Placing, Policy } from '../model.ts';

/** Classes by rank: a higher one comes first, and may preempt a lower one. */
export const CLASS_RANKS: Record<JobClass, 0 | 1 | 2> = { scavenger: 0, normal: 1, urgent: 2 };

/** Points for what never changes of a waiting job: its size beside the fleet's, and what its user gave it. */
export function weighSize({ demand, placing }: { demand: Demand; placing: Placing }, policy: Policy, fleetCpus: number): number {
  if (fleetCpus <= 0) return 0;
  return policy.weights.size * Math.min((demand.cpus * placing.nodes) / fleetCpus, 1);
}

/** Points for what the user gave, -1000 to 1000. */
export function weighUser(priority: number, policy: Policy): number {
  return (policy.weights.user * priority) / 1000;
}

/** Points for having waited; they grow until `maxAgeMs`. Of a job that is not eligible yet they are negative: so ages grow alike. */
export function weighAge(eligibleAt: number, now: number, policy: Policy): number {
  return policy.weights.age * (ageIsFull(eligibleAt, now, policy) ? 1 : (now - eligibleAt) / policy.maxAgeMs);
}

/** True when waiting longer gives no more points. */
export function ageIsFull(eligibleAt: number, now: number, { maxAgeMs }: Policy): boolean {
  return now - eligibleAt >= maxAgeMs;
}
