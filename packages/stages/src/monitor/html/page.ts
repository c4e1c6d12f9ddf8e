import { count, duration } from '../numbers.ts';
import type { Report } from '../report.ts';
import { dataSection, featureSection, sqlSection } from './data-sections.ts';
import { html, type Markup } from './markup.ts';
import { calibrationSection, evaluationSection, qualitySection, trainingSection } from './quality-sections.ts';
import { placesSection, querySection, stageSection } from './run-sections.ts';
import { STYLE } from './style.ts';

/** The report as one self-contained page: no scripts, nothing loaded from elsewhere, every value escaped. */
export function renderPage(report: Report): string {
  const { workflow, experiment } = report;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${workflow.name}: report</title>
        <style>
          ${styleMarkup()}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>${workflow.name}</h1>
            <p>
              Workflow ${workflow.id} of ${workflow.user} · ${experiment.model}, experiment ${experiment.experimentId} · submitted
              ${workflow.createdAt} UTC
            </p>
          </header>
          ${verdict(report)} ${tiles(report)} ${qualitySection(report)} ${evaluationSection(report)} ${calibrationSection(report)}
          ${trainingSection(report)} ${dataSection(report)} ${featureSection(report)} ${stageSection(report)} ${querySection(report)}
          ${sqlSection(report)} ${placesSection(report)}
          <footer>Written by Weir at the end of the run. The same figures as JSON lie beside this page.</footer>
        </main>
      </body>
    </html> `;
  return page.text;
}

function styleMarkup(): Markup {
  return html(Object.assign([STYLE], { raw: [STYLE] }));
}

function verdict({ verdict: { level, sentence, remarks } }: Report): Markup {
  const list =
    remarks.length === 0
      ? undefined
      : html`<ul>
          ${remarks.map((remark) => html`<li>${remark}</li>`)}
        </ul>`;
  const mark = level === 'good' ? 'Completed' : 'Completed, worth a look';
  return html`<div class="verdict ${level}"><span class="mark">${mark}</span><strong>${sentence}</strong>${list}</div>`;
}

function tiles({ rows, training, totalSeconds }: Report): Markup {
  const items: [string, string][] = [
    [count(rows.sample), 'rows to learn from'],
    [count(rows.loaded), 'rows scored and loaded'],
    [`${training.bestEpoch} of ${training.epochsCompleted}`, training.stoppedEarly ? 'best epoch, stopped early' : 'best epoch'],
    [count(training.parameters), 'parameters'],
    [duration(totalSeconds), 'all stages together'],
  ];
  return html`<div class="tiles">${items.map(([value, text]) => html`<div class="tile"><b>${value}</b><span>${text}</span></div>`)}</div>`;
}
