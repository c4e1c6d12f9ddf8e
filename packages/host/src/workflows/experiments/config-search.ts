import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@weir/contract';
import { lastPart, shippedZoo, type ModelPlaces } from './model-zoo.ts';

/** A configuration file that was found. */
export interface FoundFile {
  readonly path: string;
  readonly text: string;
}

const MAX_BYTES = 1024 * 1024;

/**
 * Finds `model_config.yaml` or `dataset_config.yaml` for a user and a model; undefined when there is none.
 *
 * The user's own files come first: below the Weir home's `user_configs`, then where the FuxiCTR dashboard saves them
 * (`dashboard/user_configs/{user}/{model}`, with and without `/config`, with and without `multitask/`).
 * Then the model zoo of the FuxiCTR checkout, at last the one that ships with Weir.
 */
export function findConfigFile(places: ModelPlaces, owner: { user: string; model: string }, fileName: string): FoundFile | undefined {
  for (const folder of listPlaces(places, owner)) {
    const path = join(folder, fileName);
    const text = readConfigFile(path, fileName);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}

function readConfigFile(path: string, field: string): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || !found.isFile()) return undefined;
    if (found.size > MAX_BYTES)
      throw new AppError('invalid_config', `${path} has ${found.size} bytes: a configuration may have ${MAX_BYTES}`, { field });
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('invalid_config', `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      field,
      cause,
    });
  }
}

function listPlaces(places: ModelPlaces, owner: { user: string; model: string }): string[] {
  const { home, fuxictrRoot } = places;
  const names = [...new Set([owner.model, lastPart(owner.model), `multitask/${lastPart(owner.model)}`])];
  const userRoots = [join(home, 'user_configs'), ...(fuxictrRoot === undefined ? [] : [join(fuxictrRoot, 'dashboard', 'user_configs')])];
  const users = userRoots.flatMap((root) =>
    names.flatMap((name) => [join(root, owner.user, name, 'config'), join(root, owner.user, name)]),
  );
  const zooRoots = [
    ...(fuxictrRoot === undefined ? [] : [join(fuxictrRoot, 'model_zoo')]),
    ...[shippedZoo(places)].filter((zoo) => zoo !== undefined),
  ];
  const zoo = zooRoots.flatMap((root) =>
    [`multitask/${lastPart(owner.model)}`, owner.model, lastPart(owner.model)].map((name) => join(root, name, 'config')),
  );
  return [...users, ...zoo];
}
