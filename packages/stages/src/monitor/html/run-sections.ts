import { duration } from '../numbers.ts';
import type { Report } from '../report.ts';
import { html, type Markup } from './markup.ts';

/** When each stage ran and how long. */
export function stageSection({ stages, totalSeconds }: Report): Markup {
  const longest = Math.max(1e-9, ...stages.map((stage) => stage.seconds));
  const rows = stages.map(
    (stage) =>
      html`<tr>
        <td class="name">${stage.name}</td>
        <td class="when">${stage.startedAt}</td>
        <td class="when">${stage.completedAt}</td>
        <td class="n">${duration(stage.seconds)}</td>
        <td class="wide"><span class="bar" style="width:${((stage.seconds / longest) * 100).toFixed(1)}%"></span></td>
        <td class="n">${stage.jobId}</td>
        <td class="n">${stage.retries}</td>
      </tr>`,
  );
  return html`<section>
    <h2>Stages</h2>
    <div class="scroll">
      <table>
        <tr>
          <th>Stage</th>
          <th>Started (UTC)</th>
          <th>Completed (UTC)</th>
          <th class="n">Time</th>
          <th></th>
          <th class="n">Job</th>
          <th class="n">Retries</th>
        </tr>
        ${rows}
      </table>
    </div>
    <p class="note" style="margin:12px 0 0">${duration(totalSeconds)} in the stages before this report.</p>
  </section>`;
}

/** How to get at the result. */
export function querySection({ result }: Report): Markup {
  return html`<section>
    <h2>The result</h2>
    <p>
      Table <code>${result.table}</code> of warehouse <code>${result.warehouse}</code> holds every row of the second query with the
      predictions beside it.
    </p>
    <pre>weir warehouse query --warehouse ${result.warehouse} --sql '${result.query}'</pre>
    <p class="note">Columns: ${result.columns.join(', ')}</p>
  </section>`;
}

/** Where the files of the run lie. */
export function placesSection({ places }: Report): Markup {
  return html`<section>
    <h2>Files</h2>
    <div class="scroll">
      <table>
        ${Object.entries(places).map(
          ([what, path]) =>
            html`<tr>
              <td>${what}</td>
              <td class="path">${path}</td>
            </tr>`,
        )}
      </table>
    </div>
  </section>`;
}
