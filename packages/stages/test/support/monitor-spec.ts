import type { MonitorSpec } from '@weir/contract';
import { baseSpec, inferSql, sampleSql } from './specs.ts';

/** A finished run of two labels, as the host hands it to monitor. */
export function monitorSpec(home: string, changes: Partial<MonitorSpec> = {}): MonitorSpec {
  const dir = `${home}/datasets/${baseSpec().datasetId}`;
  const bins = [0.1, 0.3, 0.5].map((p) => ({ lower: p - 0.1, upper: p + 0.1, count: 100, meanPrediction: p, observedRate: p }));
  const metrics = { click: { AUC: 0.8, logloss: 0.4 }, 'buy <now>': { AUC: 0.7, logloss: 0.2 } };
  const history = [1, 2, 3].map((epoch) => ({
    epoch,
    loss: 1 / epoch,
    valid: { click: { AUC: 0.6 + epoch / 20 }, 'buy <now>': { AUC: 0.6 } },
  }));
  return {
    ...baseSpec(),
    sampleSql: sampleSql(10),
    inferSql: inferSql(5),
    createdAt: '2026-01-01 12:00:00',
    stages: [
      { name: 'data_fetch', startedAt: '2026-01-01 12:00:01', completedAt: '2026-01-01 12:01:01', jobId: 1, retries: 0 },
      { name: 'train', startedAt: '2026-01-01T12:01:02.000Z', completedAt: '2026-01-01T12:03:02.500Z', jobId: 2, retries: 1 },
    ],
    dataFetch: {
      datasetDir: dir,
      rawTrainDir: `${dir}/raw/train`,
      rawInferDir: `${dir}/raw/infer`,
      processedDir: `${dir}/processed/x`,
      rows: { sample: 1000, infer: 400, train: 800, valid: 100, test: 100 },
      bytes: { sample: 5000, infer: 2000 },
      labels: [
        { name: 'click', positives: 300, rate: 0.3 },
        { name: 'buy <now>', positives: 100, rate: 0.1 },
      ],
      features: [
        {
          name: 'city "A" & <script>',
          type: 'categorical',
          physicalType: 'VARCHAR',
          rule: 'by type: text',
          nulls: 3,
          distinct: 9,
          vocabSize: 11,
        },
      ],
      excluded: [{ name: 'user_id', why: 'like an id' }],
      featureCols: [],
      labelCols: [],
    },
    train: {
      modelDir: `${dir}/model`,
      modelPath: `${dir}/model/x.model`,
      modelId: 'x',
      epochsCompleted: 3,
      bestEpoch: 2,
      stoppedEarly: true,
      finalLoss: 0.3,
      rowsTrained: 2400,
      parameters: 1234,
      device: 'cpu',
      seconds: 12,
      metrics: { valid: metrics, test: metrics },
      calibration: { click: bins, 'buy <now>': bins },
      history,
    },
    infer: {
      outputDir: `${dir}/inference_output`,
      rows: 400,
      bytes: 3000,
      parts: [],
      columns: ['id', 'prediction_0', 'prediction_1'],
      labels: ['click', 'buy <now>'],
      seconds: 3,
    },
    transport: { table: 'ads.result', rowsLoaded: 400, rowsReplaced: null, bytes: 3000, seconds: 1 },
    ...changes,
  };
}
