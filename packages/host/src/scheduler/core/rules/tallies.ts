import type { Limits } from '@weir/contract';
import type { LimitTable } from '../model.ts';

/** What somebody has or wants at once, over all nodes. */
export interface Amounts {
  readonly jobs: number;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
}

/** A limit that is reached: what there would be against the most that there may be. */
export interface ReachedLimit {
  readonly of: string;
  readonly what: 'running jobs' | 'CPUs' | 'bytes of memory' | 'GPUs';
  readonly wanted: number;
  readonly most: number;
}

/** What one user, or one account, has running, and the most that it may have. */
export class Tally {
  readonly of: string;
  limits: Limits | undefined;
  private jobs = 0;
  private cpus = 0;
  private memoryBytes = 0;
  private gpus = 0;

  constructor(of: string, limits: Limits | undefined) {
    this.of = of;
    this.limits = limits;
  }

  add(amounts: Amounts, sign: 1 | -1): void {
    this.jobs += sign * amounts.jobs;
    this.cpus += sign * amounts.cpus;
    this.memoryBytes += sign * amounts.memoryBytes;
    this.gpus += sign * amounts.gpus;
  }

  /** The first limit that this much more would break. */
  findReached(more: Amounts): ReachedLimit | undefined {
    const { limits } = this;
    if (limits === undefined) return undefined;
    const checks = [
      { what: 'running jobs', wanted: this.jobs + more.jobs, most: limits.running_jobs },
      { what: 'CPUs', wanted: this.cpus + more.cpus, most: limits.cpus },
      { what: 'bytes of memory', wanted: this.memoryBytes + more.memoryBytes, most: limits.memory_bytes },
      { what: 'GPUs', wanted: this.gpus + more.gpus, most: limits.gpus },
    ] as const;
    for (const { what, wanted, most } of checks)
      if (most !== undefined && most !== null && wanted > most) return { of: this.of, what, wanted, most };
    return undefined;
  }
}

/** The tallies of all users and accounts. */
export class TallyBook {
  private readonly users = new Map<string, Tally>();
  private readonly accounts = new Map<string, Tally>();
  private limits: LimitTable = { users: new Map(), accounts: new Map() };

  user(name: string): Tally {
    return this.users.get(name) ?? remember(this.users, new Tally(`user ${name}`, this.limits.users.get(name)), name);
  }

  account(name: string): Tally {
    return this.accounts.get(name) ?? remember(this.accounts, new Tally(`account ${name}`, this.limits.accounts.get(name)), name);
  }

  setLimits(limits: LimitTable): void {
    this.limits = limits;
    for (const [name, tally] of this.users) tally.limits = limits.users.get(name);
    for (const [name, tally] of this.accounts) tally.limits = limits.accounts.get(name);
  }
}

function remember(tallies: Map<string, Tally>, tally: Tally, name: string): Tally {
  tallies.set(name, tally);
  return tally;
}
