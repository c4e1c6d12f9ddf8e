/** Beyond this many it is cheaper to look at everything again. */
const KEPT = 256;

/** Remembers what changed lately, so that what was reckoned before need only be looked at again there. */
export class ChangeLog<T> {
  private changes: T[] = [];
  private forgotten = 0;

  /** Grows with every change. */
  get end(): number {
    return this.forgotten + this.changes.length;
  }

  add(change: T): void {
    if (this.changes.length >= KEPT) {
      this.forgotten += this.changes.length;
      this.changes = [];
    }
    this.changes.push(change);
  }

  /** True when one of the changes since `position` satisfies the condition, or when they are not remembered. */
  hasSince(position: number, condition: (change: T) => boolean): boolean {
    if (position < this.forgotten) return true;
    for (let at = position - this.forgotten; at < this.changes.length; at += 1) {
      const change = this.changes[at];
      if (change !== undefined && condition(change)) return true;
    }
    return false;
  }

  /** The changes since `position`; undefined when they are not remembered. */
  listSince(position: number): readonly T[] | undefined {
    return position < this.forgotten ? undefined : this.changes.slice(position - this.forgotten);
  }
}
