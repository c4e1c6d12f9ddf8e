/** Items in the order of a comparison under which no two are equal; an item's place must not change while it is in the list. */
export class SortedList<T> {
  readonly items: T[] = [];
  private readonly compare: (left: T, right: T) => number;

  constructor(compare: (left: T, right: T) => number) {
    this.compare = compare;
  }

  insert(item: T): void {
    const last = this.items.at(-1);
    if (last === undefined || this.compare(last, item) < 0) this.items.push(item);
    else this.items.splice(this.find(item), 0, item);
  }

  /** Does nothing when the item is not in the list. */
  remove(item: T): void {
    const at = this.find(item);
    if (this.items[at] !== item) return;
    if (at === 0) this.items.shift();
    else this.items.splice(at, 1);
  }

  private find(item: T): number {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = this.items[middle];
      if (at !== undefined && this.compare(at, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
