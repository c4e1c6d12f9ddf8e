import { createRandom, type Random } from './random.ts';

/** How many different values each column has. */
export const SIZES = {
  ages: 6,
  cities: 60,
  members: 3,
  devices: 4,
  hours: 24,
  channels: 8,
  categories: 24,
  brands: 300,
  prices: 5,
} as const;

/** One impression of one item to one user: everything that its chances depend on. Null = not known. */
export interface Impression {
  readonly age: number;
  readonly city: number | null;
  readonly member: number;
  readonly device: number;
  readonly hour: number;
  readonly channel: number;
  readonly category: number;
  readonly brand: number | null;
  readonly price: number;
  readonly interests: readonly number[];
  readonly visits: number | null;
  readonly orders: number | null;
  readonly views: number;
  readonly idleDays: number;
}

/** The true chances of an impression. A conversion takes a click. */
export interface Chances {
  readonly click: number;
  readonly convert: number;
}

const TASTES = 3;
/** Set so that about 20 % of impressions are clicked and about 6 % convert. */
const CLICK_INTERCEPT = -2;
const CONVERT_INTERCEPT = -1.35;

/** Fixed effects of a made-up shop: which user likes what, when, and at which price. */
export interface World {
  readonly chances: (impression: Impression) => Chances;
}

/** Draws the effects; the same for every data set, so that its numbers are comparable between runs. */
export function createWorld(): World {
  const random = createRandom(20_240_917);
  const click = drawClickEffects(random);
  const convert = drawConvertEffects(random);
  return {
    chances: (impression) => {
      const clicked = sigmoid(CLICK_INTERCEPT + clickScore(click, impression));
      return { click: clicked, convert: clicked * sigmoid(CONVERT_INTERCEPT + convertScore(convert, impression)) };
    },
  };
}

interface ClickEffects {
  readonly age: Float64Array;
  readonly channel: Float64Array;
  readonly brand: Float64Array;
  readonly ageTaste: readonly Float64Array[];
  readonly cityTaste: readonly Float64Array[];
  readonly categoryTaste: readonly Float64Array[];
  readonly interestTaste: readonly Float64Array[];
  readonly memberPrice: readonly Float64Array[];
  readonly peakHour: Float64Array;
}

function drawClickEffects(random: Random): ClickEffects {
  return {
    age: drawVector(random, SIZES.ages, 0.15),
    channel: drawVector(random, SIZES.channels, 0.25),
    brand: drawVector(random, SIZES.brands, 0.25),
    ageTaste: drawMatrix(random, [SIZES.ages, TASTES], 0.8),
    cityTaste: drawMatrix(random, [SIZES.cities, TASTES], 0.5),
    categoryTaste: drawMatrix(random, [SIZES.categories, TASTES], 0.8),
    interestTaste: drawMatrix(random, [SIZES.categories, TASTES], 1.3),
    memberPrice: drawMatrix(random, [SIZES.members, SIZES.prices], 0.6),
    peakHour: Float64Array.from([8, 13, 20, 22]),
  };
}

/** Tastes, prices and hours act only together with another column: a model that adds columns up cannot see them. */
function clickScore(effects: ClickEffects, row: Impression): number {
  const category = effects.categoryTaste[row.category];
  const interest = row.interests.reduce((sum, value) => sum + dot(effects.interestTaste[value], category), 0);
  const visits = Math.log1p(row.visits ?? 0) - 2;
  return (
    at(effects.age, row.age) +
    at(effects.channel, row.channel) +
    (row.brand === null ? 0 : at(effects.brand, row.brand)) +
    dot(effects.ageTaste[row.age], category) +
    (row.city === null ? 0 : dot(effects.cityTaste[row.city], category)) +
    interest / Math.max(1, row.interests.length) +
    at(effects.memberPrice[row.member], row.price) +
    0.7 * Math.cos(((row.hour - at(effects.peakHour, row.device)) * 2 * Math.PI) / SIZES.hours) +
    0.5 * visits -
    0.35 * visits * visits +
    (row.member === 0 ? -0.06 : 0.03) * (row.idleDays - 7) +
    0.12 * (Math.log1p(row.views) - 5)
  );
}

interface ConvertEffects {
  readonly channel: Float64Array;
  readonly memberPrice: readonly Float64Array[];
  readonly categoryPrice: Float64Array;
  readonly ageTaste: readonly Float64Array[];
  readonly categoryTaste: readonly Float64Array[];
}

function drawConvertEffects(random: Random): ConvertEffects {
  return {
    channel: drawVector(random, SIZES.channels, 0.3),
    memberPrice: drawMatrix(random, [SIZES.members, SIZES.prices], 0.8),
    categoryPrice: drawVector(random, SIZES.categories, 0.5),
    ageTaste: drawMatrix(random, [SIZES.ages, TASTES], 0.6),
    categoryTaste: drawMatrix(random, [SIZES.categories, TASTES], 0.6),
  };
}

function convertScore(effects: ConvertEffects, row: Impression): number {
  return (
    at(effects.channel, row.channel) +
    at(effects.memberPrice[row.member], row.price) +
    at(effects.categoryPrice, row.category) * (row.price - 2) +
    dot(effects.ageTaste[row.age], effects.categoryTaste[row.category]) +
    0.8 * (Math.log1p(row.orders ?? 0) - 0.8)
  );
}

function drawVector(random: Random, size: number, scale: number): Float64Array {
  return Float64Array.from({ length: size }, () => random.normal() * scale);
}

function drawMatrix(random: Random, [rows, columns]: readonly [number, number], scale: number): Float64Array[] {
  return Array.from({ length: rows }, () => drawVector(random, columns, scale));
}

function at(values: Float64Array | undefined, index: number): number {
  return values?.[index] ?? 0;
}

function dot(a: Float64Array | undefined, b: Float64Array | undefined): number {
  let sum = 0;
  for (let index = 0; index < TASTES; index += 1) sum += at(a, index) * at(b, index);
  return sum;
}

function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}
