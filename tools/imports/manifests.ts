import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifests } from './rules.ts';

/** Reads from the package.json files below `root` what the rules need to know. */
export function readManifests(root: string): Manifests {
  const exported = readdirSync(join(root, 'packages')).flatMap((name) =>
    Object.values(readRecord(join(root, 'packages', name), 'exports')).map((file) => join('packages', name, String(file))),
  );
  return { exported, testLibraries: Object.keys(readRecord(root, 'devDependencies')) };
}

function readRecord(folder: string, field: string): object {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const value: unknown =
    typeof manifest === 'object' && manifest !== null ? Object.entries(manifest).find(([key]) => key === field)?.[1] : undefined;
  return typeof value === 'object' && value !== null ? value : {};
}
