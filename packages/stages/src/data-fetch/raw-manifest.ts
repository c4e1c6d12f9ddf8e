import { join } from 'node:path';
import type { JsonObject } from '@weir/contract';
import { readTextIfThere, writeFileAtomic } from '@weir/runtime';
import type { Detection } from '../features/detect.ts';
import { listParts, sumBytes } from '../warehouses/parquet-export.ts';

const MANIFEST = 'manifest.json';

/** What lies in a directory of exported rows; the directory is complete when this file is there. */
export interface RawManifest {
  readonly fingerprint: string;
  readonly rows: number;
  readonly bytes: number;
  readonly parts: readonly string[];
  /** Column → physical type, in order. */
  readonly schema: Readonly<Record<string, string>>;
}

/** The sample's manifest also holds what was found out about its columns. */
export interface SampleManifest extends RawManifest {
  readonly detection: Detection;
}

/** Writes the manifest into a directory that is about to be renamed to its final name. */
export function writeManifest(directory: string, manifest: RawManifest | SampleManifest): void {
  writeFileAtomic(join(directory, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The manifest of a complete export of the same fingerprint whose files are all there; undefined otherwise. */
export function findManifest<Manifest extends RawManifest>(
  directory: string,
  fingerprint: string,
  isManifest: (value: unknown) => value is Manifest,
): Manifest | undefined {
  const text = readTextIfThere(join(directory, MANIFEST));
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!isManifest(value) || value.fingerprint !== fingerprint) return undefined;
  const parts = listParts(directory);
  const isWhole = parts.join('\n') === value.parts.join('\n') && sumBytes(directory, parts) === value.bytes;
  return isWhole ? value : undefined;
}

/** True for what `writeManifest` wrote. */
export function isRawManifest(value: unknown): value is RawManifest {
  return (
    isRecord(value) &&
    typeof value['fingerprint'] === 'string' &&
    typeof value['rows'] === 'number' &&
    Array.isArray(value['parts']) &&
    isRecord(value['schema'])
  );
}

/** True for what `writeManifest` wrote about a sample. */
export function isSampleManifest(value: unknown): value is SampleManifest {
  return isRawManifest(value) && 'detection' in value && isRecord(value.detection) && Array.isArray(value.detection['sources']);
}

function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
