const BLOCK = 256;

/** Many items in the order of a comparison under which no two are equal, in blocks, so that a change moves only a few of them. */
export class BlockList<T> {
  readonly blocks: T[][] = [];
  private readonly compare: (left: T, right: T) => number;

  constructor(compare: (left: T, right: T) => number) {
    this.compare = compare;
  }

  get first(): T | undefined {
    return this.blocks[0]?.[0];
  }

  insert(item: T): void {
    const place = Math.min(this.findBlock(item), this.blocks.length - 1);
    const block = this.blocks[place];
    if (block === undefined) {
      this.blocks.push([item]);
      return;
    }
    block.splice(this.findIn(block, item), 0, item);
    if (block.length > BLOCK) this.blocks.splice(place + 1, 0, block.splice(BLOCK / 2));
  }

  /** Does nothing when the item is not in the list. */
  remove(item: T): void {
    const place = this.findBlock(item);
    const block = this.blocks[place];
    if (block === undefined) return;
    const at = this.findIn(block, item);
    if (block[at] !== item) return;
    block.splice(at, 1);
    if (block.length === 0) this.blocks.splice(place, 1);
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
      const last = this.blocks[middle]?.at(-1);
      if (last !== undefined && this.compare(last, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private findIn(block: readonly T[], item: T): number {
    let low = 0;
    let high = block.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = block[middle];
      if (at !== undefined && this.compare(at, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
