import type { HeldPart } from './node-room.ts';

/** What one attempt of a job holds, node by node. */
export interface Attempt {
  readonly number: number;
  readonly parts: HeldPart[];
}

/** All attempts that hold something. */
export class AttemptBook {
  private readonly byJob = new Map<number, Attempt[]>();

  find(jobId: number, number: number): Attempt | undefined {
    const attempts = this.byJob.get(jobId);
    if (attempts === undefined) return undefined;
    for (const attempt of attempts) if (attempt.number === number) return attempt;
    return undefined;
  }

  /** True when it is the attempt's first part. */
  add(part: HeldPart): boolean {
    const { jobId, attempt: number } = part.holding;
    const attempt = this.find(jobId, number);
    if (attempt !== undefined) {
      attempt.parts.push(part);
      return false;
    }
    const attempts = this.byJob.get(jobId);
    if (attempts === undefined) this.byJob.set(jobId, [{ number, parts: [part] }]);
    else attempts.push({ number, parts: [part] });
    return true;
  }

  /** True when it was the attempt's last part. */
  remove(part: HeldPart): boolean {
    const { jobId, attempt: number } = part.holding;
    const attempts = this.byJob.get(jobId) ?? [];
    const place = attempts.findIndex((attempt) => attempt.number === number);
    const parts = attempts[place]?.parts ?? [];
    const at = parts.lastIndexOf(part);
    if (at >= 0) parts.splice(at, 1);
    if (parts.length > 0) return false;
    if (attempts.length > 1) attempts.splice(place, 1);
    else this.byJob.delete(jobId);
    return true;
  }
}
