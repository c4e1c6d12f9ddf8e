import type { MonitorSpec } from '@weir/contract';
import { TRUE_PROBABILITY_SUFFIX } from '../features/roles.ts';
import type { Duckdb } from '../warehouses/duckdb.ts';
import { quoteName } from '../warehouses/quoting.ts';
import { qualify, type TableName } from '../warehouses/table-name.ts';

/** How well a score orders rows and how far its probabilities are off. */
export interface ScoreQuality {
  readonly auc: number;
  readonly logloss: number;
}

/** What the result table itself tells about the predictions of one label. */
export interface LabelEvaluation {
  readonly label: string;
  /** `labels`: the rows carry what happened; `probabilities`: they carry the known probability of it. */
  readonly against: 'labels' | 'probabilities';
  readonly column: string;
  readonly rows: number;
  /** Share of positives, or mean of the known probabilities. */
  readonly rate: number;
  readonly meanPrediction: number;
  readonly model: ScoreQuality;
  /** The best that any score can reach: the known probability itself. */
  readonly best: ScoreQuality | null;
}

export interface TableEvaluation {
  /** Rows of the table now. */
  readonly rows: number;
  readonly labels: readonly LabelEvaluation[];
}

const EPSILON = 1e-7;

/** Compares predictions with what the result table carries beside them: true labels, known probabilities, or nothing. */
export async function evaluateTable(db: Duckdb, name: TableName, spec: MonitorSpec): Promise<TableEvaluation> {
  const [rows = 0] = await db.numbers(`SELECT count(*) FROM ${qualify(name)}`);
  const columns = new Set((await db.texts(`SELECT column_name FROM (DESCRIBE ${qualify(name)})`)).flat());
  const labels: LabelEvaluation[] = [];
  for (const [index, label] of spec.infer.labels.entries()) {
    const prediction = `prediction_${index}`;
    for (const [column, against] of [
      [label, 'labels'],
      [label + TRUE_PROBABILITY_SUFFIX, 'probabilities'],
    ] as const) {
      if (!columns.has(column) || !columns.has(prediction)) continue;
      const found = await evaluateLabel(db, qualify(name), { label, column, prediction, against });
      if (found !== undefined) labels.push(found);
    }
  }
  return { rows, labels };
}

interface Pairing {
  readonly label: string;
  readonly column: string;
  readonly prediction: string;
  readonly against: LabelEvaluation['against'];
}

async function evaluateLabel(db: Duckdb, table: string, pairing: Pairing): Promise<LabelEvaluation | undefined> {
  const truth = `TRY_CAST(${quoteName(pairing.column)} AS DOUBLE)`;
  const usable = `(SELECT ${truth} AS truth, ${quoteName(pairing.prediction)} AS score FROM ${table} WHERE ${truth} BETWEEN 0 AND 1)`;
  const [rows = 0, rate = 0, meanPrediction = 0, modelLoss = 0, bestLoss = 0] = await db.numbers(
    `SELECT count(*), coalesce(avg(truth), 0), coalesce(avg(score), 0), coalesce(avg(${logloss('score')}), 0), coalesce(avg(${logloss('truth')}), 0) FROM ${usable}`,
  );
  if (rows === 0 || rate === 0 || rate === 1) return undefined;
  const model = { auc: await weightedAuc(db, usable, 'score'), logloss: modelLoss };
  const best = pairing.against === 'probabilities' ? { auc: await weightedAuc(db, usable, 'truth'), logloss: bestLoss } : null;
  return { label: pairing.label, against: pairing.against, column: pairing.column, rows, rate, meanPrediction, model, best };
}

/**
 * The area under the ROC curve when each row counts as `truth` positives and `1 - truth` negatives; ties count half.
 * With labels it is the usual AUC, with known probabilities the expected one.
 */
async function weightedAuc(db: Duckdb, rows: string, score: string): Promise<number> {
  const [auc = Number.NaN] = await db.numbers(
    `WITH level AS (SELECT sum(truth) AS pos, sum(1 - truth) AS neg, ${score} AS level_score FROM ${rows} GROUP BY ${score}), ` +
      'stack AS (SELECT pos, neg, sum(neg) OVER (ORDER BY level_score ROWS UNBOUNDED PRECEDING) - neg AS below FROM level) ' +
      'SELECT sum(pos * (below + neg / 2)) / (sum(pos) * sum(neg)) FROM stack',
  );
  return auc;
}

function logloss(score: string): string {
  const clipped = `least(greatest(${score}, ${EPSILON}), ${1 - EPSILON})`;
  return `-(truth * ln(${clipped}) + (1 - truth) * ln(1 - ${clipped}))`;
}
