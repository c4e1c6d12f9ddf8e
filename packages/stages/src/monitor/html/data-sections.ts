import { bytes, count, percent } from '../numbers.ts';
import type { Report } from '../report.ts';
import { html, type Markup } from './markup.ts';

const MOST_FEATURES = 1000;
const MOST_SQL = 64 * 1024;

/** How many rows went where. */
export function dataSection({ rows, bytes: sizes, labels }: Report): Markup {
  const splits: [string, number][] = [
    ['train', rows.train],
    ['valid', rows.valid],
    ['test', rows.test],
  ];
  return html`<section>
    <h2>Data</h2>
    <div class="scroll">
      <table>
        <tr>
          <th>Set</th>
          <th class="n">Rows</th>
          <th class="n">Size</th>
          <th></th>
        </tr>
        <tr>
          <td class="name">sample</td>
          <td class="n">${count(rows.sample)}</td>
          <td class="n">${bytes(sizes.sample)}</td>
          <td>${labels.map((label) => `${label.name}: ${percent(label.rate)} positive`).join(', ')}</td>
        </tr>
        ${splits.map(
          ([name, value]) =>
            html`<tr>
              <td style="padding-left:18px">${name}</td>
              <td class="n">${count(value)}</td>
              <td></td>
              <td>${percent(rows.sample === 0 ? 0 : value / rows.sample)} of the sample</td>
            </tr>`,
        )}
        <tr>
          <td class="name">to score</td>
          <td class="n">${count(rows.infer)}</td>
          <td class="n">${bytes(sizes.infer)}</td>
          <td></td>
        </tr>
        <tr>
          <td class="name">predictions</td>
          <td class="n">${count(rows.scored)}</td>
          <td class="n">${bytes(sizes.predictions)}</td>
          <td>${rows.replaced === null ? 'loaded into a new table' : `loaded in place of ${count(rows.replaced)} rows`}</td>
        </tr>
      </table>
    </div>
  </section>`;
}

/** Columns that became features and by which rule, and those that did not and why. */
export function featureSection({ features, excluded, rows }: Report): Markup {
  const shown = features.slice(0, MOST_FEATURES);
  const rest =
    features.length > shown.length
      ? html`<p class="note">${count(features.length - shown.length)} more are in the JSON file.</p>`
      : undefined;
  const nulls = (value: number): string => (value === 0 ? '0' : `${count(value)} (${percent(value / Math.max(1, rows.sample))})`);
  const table = html`<div class="scroll">
    <table>
      <tr>
        <th>Feature</th>
        <th>Kind</th>
        <th>Column type</th>
        <th>Why</th>
        <th class="n">Nulls</th>
        <th class="n">Distinct</th>
        <th class="n">Vocabulary</th>
      </tr>
      ${shown.map(
        (feature) =>
          html`<tr>
            <td class="name">${feature.name}</td>
            <td>${feature.type}</td>
            <td><code>${feature.physicalType}</code></td>
            <td>${feature.rule}</td>
            <td class="n">${nulls(feature.nulls)}</td>
            <td class="n">${feature.distinct === null ? '–' : count(feature.distinct)}</td>
            <td class="n">${feature.vocabSize === null ? '–' : count(feature.vocabSize)}</td>
          </tr>`,
      )}
    </table>
  </div>`;
  const left = html`<details${excluded.length <= 12 ? html` open` : undefined}><summary>${count(excluded.length)} columns are no features</summary><div class="scroll"><table>${excluded
    .slice(0, MOST_FEATURES)
    .map(
      ({ name, why }) =>
        html`<tr>
          <td class="name">${name}</td>
          <td>${why}</td>
        </tr>`,
    )}</table></div></details>`;
  return html`<section>
    <h2>${count(features.length)} features</h2>
    ${table}${rest}${excluded.length === 0 ? undefined : html`<div style="margin-top:18px">${left}</div>`}
  </section>`;
}

/** The two queries of the run. */
export function sqlSection({ sql }: Report): Markup {
  return html`<section>
    <h2>SQL</h2>
    <h3>Rows to learn from</h3>
    <pre>${shorten(sql.sample)}</pre>
    <h3>Rows to score</h3>
    <pre>${shorten(sql.infer)}</pre>
  </section>`;
}

function shorten(text: string): string {
  return text.length <= MOST_SQL ? text.trim() : `${text.slice(0, MOST_SQL)}\n… (${count(text.length - MOST_SQL)} more characters)`;
}
