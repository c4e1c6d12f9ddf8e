const BLOCK = 256;

/** Neighbours in the order; `tags` are the numbers of the items at the same places, to be read without touching the items. */
export interface Block<T> {
  readonly items: T[];
  readonly tags: number[];
}

/** Many items in the order of a comparison under which no two are equal, in blocks, so that a change moves only a few of them. */
export class BlockList<T> {
  readonly blocks: Block<T>[] = [];
  private readonly compare: (left: T, right: T) => number;
  private readonly tagOf: (item: T) => number;

  constructor(compare: (left: T, right: T) => number, tagOf: (item: T) => number) {
    this.compare = compare;
    this.tagOf = tagOf;
  }

  get first(): T | undefined {
    return this.blocks[0]?.items[0];
  }

  insert(item: T): void {
    const place = Math.min(this.findBlock(item), this.blocks.length - 1);
    const block = this.blocks[place];
    if (block === undefined) {
      this.blocks.push({ items: [item], tags: [this.tagOf(item)] });
      return;
    }
    const at = this.findIn(block.items, item);
    block.items.splice(at, 0, item);
    block.tags.splice(at, 0, this.tagOf(item));
    if (block.items.length <= BLOCK) return;
    this.blocks.splice(place + 1, 0, { items: block.items.splice(BLOCK / 2), tags: block.tags.splice(BLOCK / 2) });
  }

  /** Does nothing when the item is not in the list. */
  remove(item: T): void {
    const place = this.findBlock(item);
    const block = this.blocks[place];
    if (block === undefined) return;
    const at = this.findIn(block.items, item);
    if (block.items[at] !== item) return;
    block.items.splice(at, 1);
    block.tags.splice(at, 1);
    if (block.items.length === 0) this.blocks.splice(place, 1);
  }

  clear(): void {
    this.blocks.length = 0;
  }

  /** The first block whose last item does not come before this one. */
  private findBlock(item: T): number {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const last = this.blocks[middle]?.items.at(-1);
      if (last !== undefined && this.compare(last, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private findIn(items: readonly T[], item: T): number {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = items[middle];
      if (at !== undefined && this.compare(at, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
