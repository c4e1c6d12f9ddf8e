import { AppError, type Experiment, type JsonObject, type WorkflowCreate } from '@weir/contract';
import { parseConfig, type ConfigEntries } from './config-parse.ts';
import { findConfigFile } from './config-search.ts';
import { listModels, modelIsKnown, type ModelPlaces } from './model-zoo.ts';

type Submitted = Pick<WorkflowCreate, 'user' | 'model' | 'experiment_id' | 'config'>;

const BASE = 'Base';
/** Characters of an experiment with its dataset: it travels in one frame with two SQL texts. */
const MAX_EXPERIMENT = 1024 * 1024;

/**
 * Takes a snapshot of the experiment that a submit names: `{...Base, ...experiment}` and its dataset's entry.
 * Throws `model_unknown` or `experiment_unknown` listing the known ones, `invalid_config` for what cannot be read.
 */
export async function resolveExperiment(places: ModelPlaces, submitted: Submitted): Promise<Experiment> {
  const { model, experiment_id: experimentId } = submitted;
  const known = listModels(places);
  if (!modelIsKnown(model, known)) {
    throw new AppError('model_unknown', `there is no model "${model}"; known: ${known.join(', ')}`, { field: 'model', value: model });
  }
  const models = await readModelConfig(places, submitted);
  const experiment = models.entries.get(experimentId);
  if (experiment === undefined || experimentId === BASE) {
    const names = [...models.entries.keys()].filter((name) => name !== BASE).join(', ');
    throw new AppError(
      'experiment_unknown',
      `${models.source} has no experiment "${experimentId}"; known: ${names === '' ? 'none' : names}`,
      {
        field: 'experiment_id',
        value: experimentId,
      },
    );
  }
  const params = { ...models.entries.get(BASE), ...experiment };
  const dataset = await readDataset(places, submitted, params);
  const size = JSON.stringify(params).length + JSON.stringify(dataset).length;
  if (size > MAX_EXPERIMENT) {
    throw new AppError(
      'invalid_config',
      `experiment "${experimentId}" has ${size} characters: at most ${MAX_EXPERIMENT} (aliases count each time)`,
      {
        field: 'experiment_id',
        value: experimentId,
      },
    );
  }
  return { model, experimentId, source: models.source, params, dataset };
}

interface Source {
  readonly source: string;
  readonly entries: ConfigEntries;
}

async function readModelConfig(places: ModelPlaces, submitted: Submitted): Promise<Source> {
  if (submitted.config !== undefined) {
    return { source: 'the submitted model_config.yaml', entries: await parseConfig(submitted.config.model_config, 'model_config.yaml') };
  }
  const found = findConfigFile(places, submitted, 'model_config.yaml');
  if (found === undefined) {
    throw new AppError(
      'invalid_config',
      `no model_config.yaml was found for model "${submitted.model}" and user "${submitted.user}": give --config-dir`,
      {
        field: 'config',
      },
    );
  }
  return { source: found.path, entries: await parseConfig(found.text, found.path) };
}

/** The dataset's entry: by the experiment's dataset_id, else the only one there is; `{}` when no file tells. */
async function readDataset(places: ModelPlaces, submitted: Submitted, params: JsonObject): Promise<JsonObject> {
  const source = await readDatasetConfig(places, submitted);
  if (source === undefined) return {};
  const id = params['dataset_id'];
  const named = typeof id === 'string' ? source.entries.get(id) : undefined;
  if (named !== undefined) return named;
  const [only] = source.entries.values();
  if (only !== undefined && source.entries.size === 1) return only;
  if (source.entries.size === 0) return {};
  const known = [...source.entries.keys()].join(', ');
  throw new AppError('invalid_config', `${source.source} has no dataset "${String(id)}"; known: ${known}`, {
    field: 'dataset_id',
    value: id,
  });
}

async function readDatasetConfig(places: ModelPlaces, submitted: Submitted): Promise<Source | undefined> {
  if (submitted.config !== undefined) {
    const text = submitted.config.dataset_config;
    return text === undefined
      ? undefined
      : { source: 'the submitted dataset_config.yaml', entries: await parseConfig(text, 'dataset_config.yaml') };
  }
  const found = findConfigFile(places, submitted, 'dataset_config.yaml');
  return found === undefined ? undefined : { source: found.path, entries: await parseConfig(found.text, found.path) };
}
