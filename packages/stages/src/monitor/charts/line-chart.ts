import { html, type Markup } from '../html/markup.ts';
import { domainOf, linearScale, tickText } from './scale.ts';

export interface LineSeries {
  readonly name: string;
  /** Index of the series' colour. */
  readonly color: number;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const WIDTH = 460;
const HEIGHT = 250;
const FRAME = { left: 48, right: 448, top: 12, bottom: 214 };

/** Lines over epochs, one per series, with the best epoch marked; inline SVG. */
export function lineChart(series: readonly LineSeries[], options: { readonly title: string; readonly best?: number }): Markup {
  const points = series.flatMap((line) => line.points);
  if (points.length === 0) return html`<p class="note">No values.</p>`;
  const xs = points.map((point) => point.x);
  const x = linearScale([Math.min(...xs), Math.max(...xs)], [FRAME.left, FRAME.right]);
  const y = linearScale(domainOf(points.map((point) => point.y)), [FRAME.bottom, FRAME.top]);
  const grid = y.ticks.map(
    (tick) =>
      html`<line class="axis" x1="${FRAME.left}" x2="${FRAME.right}" y1="${px(y.at(tick))}" y2="${px(y.at(tick))}" /><text
          x="${FRAME.left - 6}"
          y="${px(y.at(tick) + 4)}"
          text-anchor="end"
          >${tickText(tick)}</text
        >`,
  );
  const epochs = x.ticks
    .filter(Number.isInteger)
    .map((tick) => html`<text x="${px(x.at(tick))}" y="${FRAME.bottom + 16}" text-anchor="middle">${tick}</text>`);
  const best =
    options.best === undefined
      ? undefined
      : html`<line class="mark" x1="${px(x.at(options.best))}" x2="${px(x.at(options.best))}" y1="${FRAME.top}" y2="${FRAME.bottom}" />`;
  const lines = series.map(
    (line) =>
      html`<path
          class="curve c${line.color % 6}"
          d="${path(line.points.map((point) => [x.at(point.x), y.at(point.y)]))}"
        />${line.points.length > 40 ? undefined : line.points.map((point) => html`<circle class="f${line.color % 6}" cx="${px(x.at(point.x))}" cy="${px(y.at(point.y))}" r="2.6"><title>epoch ${point.x}: ${tickText(point.y)}</title></circle>`)}`,
  );
  const legend =
    series.length < 2
      ? undefined
      : html`<div class="legend">${series.map((line) => html`<span><i class="f${line.color % 6}"></i>${line.name}</span>`)}</div>`;
  return html`<figure style="margin:0">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${options.title}">
      ${grid}${epochs}${best}${lines}
      <text x="${(FRAME.left + FRAME.right) / 2}" y="${HEIGHT - 4}" text-anchor="middle">epoch</text></svg
    >${legend}
  </figure>`;
}

function path(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`).join('');
}

function px(value: number): string {
  return value.toFixed(1);
}
