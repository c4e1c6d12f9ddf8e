import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isMissing } from '@weir/runtime';

/** Where configurations and models are looked for. Paths are absolute. */
export interface ModelPlaces {
  /** Weir home. */
  readonly home: string;
  /** Folder of the engine; its model zoo ships with Weir. */
  readonly engineDir: string | undefined;
  /** A FuxiCTR checkout. */
  readonly fuxictrRoot: string | undefined;
}

/** The model zoo that ships with Weir: one folder a model. */
export function shippedZoo(places: ModelPlaces): string | undefined {
  return places.engineDir === undefined ? undefined : join(places.engineDir, 'src', 'weir_fuxictr', 'model_zoo');
}

/** Names of every model that can be trained: shipped ones, and those of the FuxiCTR checkout as paths such as `multitask/MMoE`. */
export function listModels(places: ModelPlaces): string[] {
  const shipped = shippedZoo(places);
  const names = new Set(shipped === undefined ? [] : listFolders(shipped).filter((name) => existsSync(join(shipped, name, 'config'))));
  if (places.fuxictrRoot !== undefined) {
    const zoo = join(places.fuxictrRoot, 'model_zoo');
    for (const name of listFolders(zoo)) {
      if (isModelFolder(join(zoo, name))) names.add(name);
      for (const inner of listFolders(join(zoo, name))) if (isModelFolder(join(zoo, name, inner))) names.add(`${name}/${inner}`);
    }
  }
  return [...names].sort();
}

/** `multitask/MMoE` and `MMoE` name the same model. */
export function modelIsKnown(model: string, known: readonly string[]): boolean {
  return known.some((name) => name === model || lastPart(name) === lastPart(model));
}

export function lastPart(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1);
}

function isModelFolder(path: string): boolean {
  return existsSync(join(path, 'run_expid.py')) || existsSync(join(path, 'src', '__init__.py'));
}

function listFolders(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !entry.name.startsWith('_'))
      .map((entry) => entry.name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
