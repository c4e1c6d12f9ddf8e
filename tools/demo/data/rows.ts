import { createRandom, createZipf, type Random } from './random.ts';
import { SIZES, createWorld, type Chances, type Impression, type World } from './world.ts';

/** A row of the demo's data: an impression, what came of it, and what was to be expected. */
export interface Row {
  readonly userId: number;
  readonly itemId: number;
  readonly impression: Impression;
  readonly chances: Chances;
  readonly clicked: boolean;
  readonly converted: boolean;
}

const USERS = 20_000;
const ITEMS = 3_000;

type User = Pick<Impression, 'age' | 'city' | 'member' | 'interests' | 'visits' | 'orders'>;
type Item = Pick<Impression, 'category' | 'brand' | 'price' | 'views'>;

/** Yields `count` rows; the same ones for the same seed. */
export function* generateRows(count: number, seed: number): Generator<Row> {
  const random = createRandom(seed);
  const shop = openShop(random);
  for (let index = 0; index < count; index += 1) yield drawRow(random, shop);
}

interface Shop {
  readonly world: World;
  readonly users: readonly User[];
  readonly items: readonly Item[];
  readonly pickItem: () => number;
  readonly pickChannel: () => number;
}

function openShop(random: Random): Shop {
  const samplers = {
    city: createZipf(random, SIZES.cities, 1),
    interest: createZipf(random, SIZES.categories, 0.6),
    category: createZipf(random, SIZES.categories, 0.7),
    brand: createZipf(random, SIZES.brands, 1),
  };
  return {
    world: createWorld(),
    users: Array.from({ length: USERS }, () => drawUser(random, samplers)),
    items: Array.from({ length: ITEMS }, () => drawItem(random, samplers)),
    pickItem: createZipf(random, ITEMS, 0.6),
    pickChannel: createZipf(random, SIZES.channels, 0.8),
  };
}

function drawRow(random: Random, shop: Shop): Row {
  const userId = random.below(USERS);
  const itemId = shop.pickItem();
  const user = shop.users[userId];
  const item = shop.items[itemId];
  if (user === undefined || item === undefined) throw new Error(`no user ${userId} or item ${itemId}`);
  const impression = {
    ...user,
    ...item,
    device: random.below(SIZES.devices),
    hour: random.below(SIZES.hours),
    channel: shop.pickChannel(),
    idleDays: Math.floor(30 * random.uniform() ** 2),
  };
  const chances = shop.world.chances(impression);
  const fate = random.uniform();
  return { userId: userId + 1, itemId: itemId + 1, impression, chances, clicked: fate < chances.click, converted: fate < chances.convert };
}

function drawUser(random: Random, samplers: { readonly city: () => number; readonly interest: () => number }): User {
  const interests = new Set(Array.from({ length: random.below(6) }, samplers.interest));
  return {
    age: random.below(SIZES.ages),
    city: random.uniform() < 0.04 ? null : samplers.city(),
    member: Math.min(SIZES.members - 1, Math.floor(SIZES.members * random.uniform() ** 1.5)),
    interests: [...interests],
    visits: random.uniform() < 0.03 ? null : drawCount(random, { median: 8, spread: 0.9 }),
    orders: random.uniform() < 0.05 ? null : drawCount(random, { median: 1.5, spread: 0.9 }),
  };
}

function drawItem(random: Random, samplers: { readonly category: () => number; readonly brand: () => number }): Item {
  return {
    category: samplers.category(),
    brand: random.uniform() < 0.06 ? null : samplers.brand(),
    price: random.below(SIZES.prices),
    views: drawCount(random, { median: 150, spread: 0.8 }),
  };
}

/** A skewed count: log-normal, rounded down. */
function drawCount(random: Random, { median, spread }: { readonly median: number; readonly spread: number }): number {
  return Math.floor(median * Math.exp(spread * random.normal()));
}
