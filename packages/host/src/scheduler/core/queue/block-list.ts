const BLOCK = 256;

/** Neighbours in the order; `keys` and `tags` are the numbers of the items at the same places, to be read without touching the items. */
export interface Block<T> {
  readonly items: T[];
  readonly keys: number[];
  readonly tags: number[];
}

export interface BlockOrder<T> {
  /** Never falls along the order; must not change while the item is in the list. */
  readonly keyOf: (item: T) => number;
  /** Of items whose keys are equal; no two items are. */
  readonly compare: (left: T, right: T) => number;
  readonly tagOf?: (item: T) => number;
}

/** Many items in order, in blocks, so that a change moves only a few of them. */
export class BlockList<T> {
  readonly blocks: Block<T>[] = [];
  private readonly order: BlockOrder<T>;

  constructor(order: BlockOrder<T>) {
    this.order = order;
  }

  get first(): T | undefined {
    return this.blocks[0]?.items[0];
  }

  insert(item: T): void {
    const key = this.order.keyOf(item);
    const tag = this.order.tagOf?.(item);
    const place = Math.min(this.findBlock(item, key), this.blocks.length - 1);
    const block = this.blocks[place];
    if (block === undefined) {
      this.blocks.push({ items: [item], keys: [key], tags: tag === undefined ? [] : [tag] });
      return;
    }
    const { items, keys, tags } = block;
    const at = this.findIn(block, { item, key });
    items.splice(at, 0, item);
    keys.splice(at, 0, key);
    if (tag !== undefined) tags.splice(at, 0, tag);
    if (items.length <= BLOCK) return;
    const half = BLOCK / 2;
    this.blocks.splice(place + 1, 0, { items: items.splice(half), keys: keys.splice(half), tags: tags.splice(half) });
  }

  /** Does nothing when the item is not in the list. */
  remove(item: T): void {
    const key = this.order.keyOf(item);
    const place = this.findBlock(item, key);
    const block = this.blocks[place];
    if (block === undefined) return;
    const at = this.findIn(block, { item, key });
    if (block.items[at] !== item) return;
    block.items.splice(at, 1);
    block.keys.splice(at, 1);
    if (block.tags.length > 0) block.tags.splice(at, 1);
    if (block.items.length === 0) this.blocks.splice(place, 1);
  }

  /** Goes from the first item that does not come before this one to the end, until a visit returns true; says whether one did. */
  visitFrom(item: T, visit: (item: T) => boolean): boolean {
    const key = this.order.keyOf(item);
    for (let place = this.findBlock(item, key); place < this.blocks.length; place += 1) {
      const block = this.blocks[place];
      if (block === undefined) continue;
      const { items } = block;
      const from = this.comesBefore(block, 0, { item, key }) ? this.findIn(block, { item, key }) : 0;
      for (let at = from; at < items.length; at += 1) {
        const next = items[at];
        if (next !== undefined && visit(next)) return true;
      }
    }
    return false;
  }

  clear(): void {
    this.blocks.length = 0;
  }

  /** The first block whose last item does not come before this one. */
  private findBlock(item: T, key: number): number {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const block = this.blocks[middle];
      if (block !== undefined && this.comesBefore(block, block.keys.length - 1, { item, key })) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private findIn(block: Block<T>, sought: Sought<T>): number {
    let low = 0;
    let high = block.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.comesBefore(block, middle, sought)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** True when what stands there comes before the item. */
  private comesBefore({ items, keys }: Block<T>, at: number, { item, key }: Sought<T>): boolean {
    const own = keys[at] ?? 0;
    if (own !== key) return own < key;
    const other = items[at];
    return other !== undefined && this.order.compare(other, item) < 0;
  }
}

interface Sought<T> {
  readonly item: T;
  readonly key: number;
}
