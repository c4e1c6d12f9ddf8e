import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The path of nvidia-smi, the tool of the GPU driver; undefined when a search path (`/usr/bin:/bin`) has none. */
export function findDriverTool(searchPath: string): string | undefined {
  return searchPath
    .split(':')
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'nvidia-smi'))
    .find((path) => existsSync(path));
}
