import { readdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** Folders of `/` that belong to the operating system (Filesystem Hierarchy Standard 3.0, section 3). */
const SYSTEM = new Set(['bin', 'boot', 'dev', 'etc', 'lost+found', 'opt', 'proc', 'root', 'run', 'sbin', 'sys', 'usr', 'var']);

/**
 * Folders whose files workflows may read when WEIR_DATA_ROOTS does not say: the folder that Weir was started in and the one around it,
 * the user's home, temporary files, and every folder of `/` that does not belong to the operating system (mounts such as /data or /nfs).
 */
export function defaultDataRoots(workingDirectory: string): string {
  const around = dirname(workingDirectory);
  const ours = [workingDirectory, around, homedir(), tmpdir()].filter((folder) => folder !== '/');
  const mounts = readdirSync('/', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !SYSTEM.has(entry.name) && !entry.name.startsWith('lib') && !entry.name.startsWith('.'))
    .map((entry) => join('/', entry.name));
  return [...new Set([...ours, ...mounts])].join(delimiter);
}
