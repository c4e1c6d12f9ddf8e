import { calibrationChart } from '../charts/calibration-chart.ts';
import { lineChart, type LineSeries } from '../charts/line-chart.ts';
import type { LabelEvaluation } from '../evaluation.ts';
import { count, duration, fixed, percent } from '../numbers.ts';
import type { LabelReport, Report } from '../report.ts';
import { html, type Markup } from './markup.ts';

const SPLIT_ORDER = ['valid', 'test'];

/** Metrics per label and split. */
export function qualitySection({ labels }: Report): Markup {
  const metrics = [...new Set(labels.flatMap((label) => Object.values(label.metrics).flatMap(Object.keys)))];
  const rows = labels.flatMap((label) =>
    splitsOf(label).map((split, index) => qualityRow(label, { split, metrics, isFirst: index === 0 })),
  );
  return html`<section>
    <h2>Quality on held-out rows</h2>
    <div class="scroll">
      <table>
        <tr>
          <th>Label</th>
          <th>Rows</th>
          ${metrics.map((name) => html`<th class="n">${name}</th>`)}
          <th class="n">Positives in the sample</th>
          <th>Column in the result</th>
        </tr>
        ${rows}
      </table>
    </div>
    <p class="note" style="margin:12px 0 0">
      AUC: the chance that a positive is ranked above a negative; 0.5 is guessing, 1 is perfect. logloss: lower is better. The test rows
      were never seen in training or in choosing the best epoch.
    </p>
  </section>`;
}

function splitsOf(label: LabelReport): string[] {
  const present = Object.keys(label.metrics);
  return [...SPLIT_ORDER.filter((split) => present.includes(split)), ...present.filter((split) => !SPLIT_ORDER.includes(split))];
}

function qualityRow(label: LabelReport, row: { split: string; metrics: readonly string[]; isFirst: boolean }): Markup {
  const values = row.metrics.map((name) => html`<td class="n">${fixed(label.metrics[row.split]?.[name])}</td>`);
  const rate = row.isFirst ? `${count(label.positives)} (${percent(label.rate)})` : '';
  return html`<tr>
    <td class="name">${row.isFirst ? label.name : ''}</td>
    <td>${row.split}</td>
    ${values}
    <td class="n">${rate}</td>
    <td><code>${row.isFirst ? label.prediction : ''}</code></td>
  </tr>`;
}

/** How the loaded predictions compare with what the result table itself knows; nothing when it knows nothing. */
export function evaluationSection({ evaluation, result }: Report): Markup | undefined {
  if (evaluation === null || evaluation.labels.length === 0) return undefined;
  const hasBest = evaluation.labels.some((label) => label.best !== null);
  const note = hasBest
    ? 'Where a row carries the known probability of its label, it counts as that much of a positive and the rest of a negative: these are the figures to expect, and the best that any score can reach, which is the known probability itself.'
    : 'The scored rows carry what really happened; the predictions are compared with it.';
  return html`<section>
    <h2>Evaluation on the result table</h2>
    <p class="note">${note}</p>
    <div class="scroll">
      <table>
        <tr>
          <th>Label</th>
          <th>Compared with</th>
          <th class="n">Rows</th>
          <th class="n">AUC</th>
          ${
            hasBest
              ? html`<th class="n">Best AUC</th>
                  <th class="n">Reached</th>`
              : undefined
          }
          <th class="n">logloss</th>
          ${hasBest ? html`<th class="n">Best logloss</th>` : undefined}
          <th class="n">Predicted</th>
          <th class="n">True</th>
        </tr>
        ${evaluation.labels.map((label) => evaluationRow(label, hasBest))}
      </table>
    </div>
    <p class="note" style="margin:12px 0 0">
      All ${count(evaluation.rows)} rows of ${result.table} were read after the load.
      ${hasBest ? 'Reached: the part of the way from guessing (0.5) to the best possible AUC. ' : ''}Predicted and true: means over the
      rows.
    </p>
  </section>`;
}

function evaluationRow(label: LabelEvaluation, hasBest: boolean): Markup {
  const reached = label.best === null ? undefined : (label.model.auc - 0.5) / (label.best.auc - 0.5);
  const auc = hasBest
    ? html`<td class="n">${fixed(label.best?.auc)}</td>
        <td class="n">${reached === undefined ? '–' : percent(reached)}</td>`
    : undefined;
  const loss = hasBest ? html`<td class="n">${fixed(label.best?.logloss)}</td>` : undefined;
  return html`<tr>
    <td class="name">${label.label}</td>
    <td class="path">${label.column}</td>
    <td class="n">${count(label.rows)}</td>
    <td class="n"><b>${fixed(label.model.auc)}</b></td>
    ${auc}
    <td class="n">${fixed(label.model.logloss)}</td>
    ${loss}
    <td class="n">${fixed(label.meanPrediction)}</td>
    <td class="n">${fixed(label.rate)}</td>
  </tr>`;
}

/** A reliability diagram per label. */
export function calibrationSection({ labels }: Report): Markup | undefined {
  if (labels.every((label) => label.calibration.length === 0)) return undefined;
  const charts = labels.map(
    (label, color) =>
      html`<div>
        <h3>${label.name}</h3>
        ${calibrationChart(label.calibration, { label: label.name, color })}
        <p class="note" style="margin:4px 0 0">On average off by ${fixed(label.calibrationError)}.</p>
      </div>`,
  );
  return html`<section>
    <h2>Calibration</h2>
    <p class="note">
      Rows grouped by prediction: of those predicted 10 %, did 10 % happen? Points on the dashed line are right. Whiskers: 95 % interval of
      what was observed; bars: rows per group.
    </p>
    <div class="pair">${charts}</div>
  </section>`;
}

/** Loss and AUC by epoch. */
export function trainingSection({ training, labels }: Report): Markup {
  const loss: LineSeries = { name: 'training loss', color: 0, points: series(training.history, (epoch) => epoch['loss']) };
  const auc = labels.map((label, color): LineSeries => ({
    name: label.name,
    color,
    points: series(training.history, (epoch) => validAuc(epoch, label.name)),
  }));
  const stop = training.stoppedEarly ? `Stopped early after epoch ${training.epochsCompleted}` : `${training.epochsCompleted} epochs`;
  return html`<section>
    <h2>Training</h2>
    <p class="note">
      ${stop}; the weights of epoch ${training.bestEpoch} (marked) were kept. ${count(training.rowsTrained)} rows seen in
      ${duration(training.seconds)} on ${training.device}, ${count(training.parameters)} parameters.
    </p>
    <div class="pair">
      <div>
        <h3>Training loss</h3>
        ${lineChart([loss], { title: 'Training loss by epoch', best: training.bestEpoch })}
      </div>
      <div>
        <h3>Validation AUC</h3>
        ${lineChart(auc, { title: 'Validation AUC by epoch', best: training.bestEpoch })}
      </div>
    </div>
  </section>`;
}

type Epoch = Report['training']['history'][number];

function series(history: readonly Epoch[], value: (epoch: Epoch) => unknown): { x: number; y: number }[] {
  return history.flatMap((epoch) => {
    const y = value(epoch);
    return typeof y === 'number' && typeof epoch['epoch'] === 'number' ? [{ x: epoch['epoch'], y }] : [];
  });
}

function validAuc(epoch: Epoch, label: string): unknown {
  const valid = epoch['valid'];
  if (typeof valid !== 'object' || valid === null) return undefined;
  const metrics: unknown = Object.entries(valid).find(([name]) => name === label)?.[1];
  return typeof metrics === 'object' && metrics !== null && 'AUC' in metrics ? metrics.AUC : undefined;
}
