import type { Row } from './rows.ts';

/** A column of the demo's files: what DuckDB calls its type, and how a row fills it. */
export interface DataColumn {
  readonly name: string;
  readonly type: 'BIGINT' | 'INTEGER' | 'VARCHAR' | 'DOUBLE';
  readonly read: (row: Row) => string | number | null;
}

const AGES = ['under_18', '18_24', '25_34', '35_44', '45_54', '55_up'];
const MEMBERS = ['none', 'basic', 'gold'];
const DEVICES = ['ios', 'android', 'desktop', 'tablet'];
const CHANNELS = ['feed', 'search', 'push', 'banner', 'mail', 'partner', 'video', 'other'];
const PRICES = ['very_low', 'low', 'middle', 'high', 'very_high'];

const numbered = (prefix: string, index: number | null): string | null =>
  index === null ? null : `${prefix}_${String(index).padStart(3, '0')}`;
const named = (names: readonly string[], index: number): string | null => names[index] ?? null;

const LABELS: readonly DataColumn[] = [
  { name: 'label_click', type: 'INTEGER', read: (row) => Number(row.clicked) },
  { name: 'label_convert', type: 'INTEGER', read: (row) => Number(row.converted) },
];

/** What is known before the outcome; the true probabilities ride along and match no feature rule. */
const KNOWN: readonly DataColumn[] = [
  { name: 'user_id', type: 'BIGINT', read: (row) => row.userId },
  { name: 'item_id', type: 'BIGINT', read: (row) => row.itemId },
  { name: 'age_tag', type: 'VARCHAR', read: ({ impression }) => named(AGES, impression.age) },
  { name: 'city_tag', type: 'VARCHAR', read: ({ impression }) => numbered('city', impression.city) },
  { name: 'member_tag', type: 'VARCHAR', read: ({ impression }) => named(MEMBERS, impression.member) },
  { name: 'device_tag', type: 'VARCHAR', read: ({ impression }) => named(DEVICES, impression.device) },
  { name: 'hour_tag', type: 'VARCHAR', read: ({ impression }) => numbered('hour', impression.hour) },
  { name: 'channel_tag', type: 'VARCHAR', read: ({ impression }) => named(CHANNELS, impression.channel) },
  { name: 'category_tag', type: 'VARCHAR', read: ({ impression }) => numbered('category', impression.category) },
  { name: 'brand_tag', type: 'VARCHAR', read: ({ impression }) => numbered('brand', impression.brand) },
  { name: 'price_tag', type: 'VARCHAR', read: ({ impression }) => named(PRICES, impression.price) },
  {
    name: 'interests_textlist',
    type: 'VARCHAR',
    read: ({ impression }) => impression.interests.map((category) => numbered('category', category)).join('^'),
  },
  { name: 'user_visits_cnt', type: 'INTEGER', read: ({ impression }) => impression.visits },
  { name: 'user_orders_cnt', type: 'INTEGER', read: ({ impression }) => impression.orders },
  { name: 'user_idle_days_cnt', type: 'INTEGER', read: ({ impression }) => impression.idleDays },
  { name: 'item_views_cnt', type: 'INTEGER', read: ({ impression }) => impression.views },
  { name: 'label_click_true_probability', type: 'DOUBLE', read: ({ chances }) => chances.click },
  { name: 'label_convert_true_probability', type: 'DOUBLE', read: ({ chances }) => chances.convert },
];

/** Columns of the rows to learn from. */
export const SAMPLE_COLUMNS: readonly DataColumn[] = [...KNOWN, ...LABELS];
/** Columns of the rows to predict: no outcome yet. */
export const INFER_COLUMNS: readonly DataColumn[] = KNOWN;
