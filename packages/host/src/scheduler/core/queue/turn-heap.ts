/** A binary heap: gives the first item in the order of a comparison. */
export class TurnHeap<T> {
  private readonly items: T[] = [];
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

  pop(): T | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (last !== undefined && items.length > 0) this.sink(last);
    return first;
  }

  private sink(item: T): void {
    const { items } = this;
    let at = 0;
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
