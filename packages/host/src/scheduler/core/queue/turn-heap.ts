/** A binary heap: gives the first item in the order of a comparison. */
export class TurnHeap<T> {
  private items: T[] = [];
  private readonly comesBefore: (left: T, right: T) => boolean;

  constructor(comesBefore: (left: T, right: T) => boolean) {
    this.comesBefore = comesBefore;
  }

  push(item: T): void {
    const { items } = this;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const above = (at - 1) >>> 1;
      const parent = items[above];
      if (parent === undefined || !this.comesBefore(item, parent)) break;
      items[at] = parent;
      at = above;
    }
    items[at] = item;
  }

  /** Adds without keeping the order, which `retain` makes again. */
  append(item: T): void {
    this.items.push(item);
  }

  pop(): T | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (last !== undefined && items.length > 0) this.sink(last, 0);
    return first;
  }

  /** Leaves out those of which the condition is not true. */
  retain(condition: (item: T) => boolean): void {
    this.items = this.items.filter(condition);
    for (let at = (this.items.length >>> 1) - 1; at >= 0; at -= 1) {
      const item = this.items[at];
      if (item !== undefined) this.sink(item, at);
    }
  }

  private sink(item: T, from: number): void {
    const { items } = this;
    let at = from;
    for (;;) {
      let below = 2 * at + 1;
      let child = items[below];
      if (child === undefined) break;
      const other = items[below + 1];
      if (other !== undefined && this.comesBefore(other, child)) {
        below += 1;
        child = other;
      }
      if (!this.comesBefore(child, item)) break;
      items[at] = child;
      at = below;
    }
    items[at] = item;
  }
}
