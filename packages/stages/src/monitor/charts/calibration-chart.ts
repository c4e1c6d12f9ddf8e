import type { CalibrationBin } from '@weir/contract';
import type { Static } from 'typebox';
import { html, type Markup } from '../html/markup.ts';
import { count, fixed } from '../numbers.ts';
import { linearScale, tickText } from './scale.ts';

type Bin = Static<typeof CalibrationBin>;

const WIDTH = 400;
const HEIGHT = 360;
const FRAME = { left: 44, right: 388, top: 12, bottom: 262 };
const COUNTS = { top: 292, bottom: 326 };
const Z95 = 1.96;

/** A reliability diagram: mean prediction against observed rate per bin with 95 % intervals, and the rows per bin below; inline SVG. */
export function calibrationChart(bins: readonly Bin[], options: { readonly label: string; readonly color: number }): Markup {
  const filled = bins.filter((bin) => bin.count > 0);
  if (filled.length === 0) return html`<p class="note">No bins.</p>`;
  const top = Math.min(1, Math.max(...filled.flatMap((bin) => [bin.meanPrediction, wilson(bin)[1]])) * 1.05);
  const x = linearScale([0, top], [FRAME.left, FRAME.right]);
  const y = linearScale([0, top], [FRAME.bottom, FRAME.top]);
  const grid = y.ticks.map(
    (tick) =>
      html`<line class="axis" x1="${FRAME.left}" x2="${FRAME.right}" y1="${px(y.at(tick))}" y2="${px(y.at(tick))}" /><text
          x="${FRAME.left - 6}"
          y="${px(y.at(tick) + 4)}"
          text-anchor="end"
          >${tickText(tick)}</text
        ><text x="${px(x.at(tick))}" y="${FRAME.bottom + 16}" text-anchor="middle">${tickText(tick)}</text>`,
  );
  const most = Math.max(...filled.map((bin) => bin.count));
  const color = options.color % 6;
  const marks = filled.map((bin) => {
    const [low, high] = wilson(bin);
    const at = px(x.at(bin.meanPrediction));
    const height = (COUNTS.bottom - COUNTS.top) * (bin.count / most);
    return html`<line class="whisker c${color}" x1="${at}" x2="${at}" y1="${px(y.at(low))}" y2="${px(y.at(Math.min(high, top)))}" /><rect
        class="count"
        x="${px(x.at(bin.meanPrediction) - 3)}"
        width="6"
        y="${px(COUNTS.bottom - height)}"
        height="${px(height)}"
      /><circle class="f${color}" cx="${at}" cy="${px(y.at(bin.observedRate))}" r="4"
        ><title>predicted ${fixed(bin.meanPrediction)}, observed ${fixed(bin.observedRate)}, ${count(bin.count)} rows</title></circle
      >`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Calibration of ${options.label}">
    ${grid}
    <line class="ideal" x1="${px(x.at(0))}" y1="${px(y.at(0))}" x2="${px(x.at(top))}" y2="${px(y.at(top))}" />
    ${marks}
    <line class="axis" x1="${FRAME.left}" x2="${FRAME.right}" y1="${COUNTS.bottom}" y2="${COUNTS.bottom}" />
    <text x="${FRAME.left - 6}" y="${COUNTS.top + 8}" text-anchor="end">${shortCount(most)}</text>
    <text x="${FRAME.left - 6}" y="${COUNTS.bottom}" text-anchor="end">rows</text>
    <text x="${(FRAME.left + FRAME.right) / 2}" y="${HEIGHT - 10}" text-anchor="middle">
      mean prediction (across), observed rate (up), dashed: perfect
    </text>
  </svg>`;
}

/** The 95 % interval of a bin's observed rate (Wilson, 1927). */
export function wilson({ count: rows, observedRate: rate }: Pick<Bin, 'count' | 'observedRate'>): [number, number] {
  const spread = Z95 ** 2 / rows;
  const center = (rate + spread / 2) / (1 + spread);
  const half = (Z95 * Math.sqrt((rate * (1 - rate)) / rows + spread / (4 * rows))) / (1 + spread);
  return [Math.max(0, center - half), Math.min(1, center + half)];
}

function shortCount(value: number): string {
  return value >= 10_000 ? `${Math.round(value / 1000)}k` : String(value);
}

function px(value: number): string {
  return value.toFixed(1);
}
