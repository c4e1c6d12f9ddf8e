import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { requireCommand } from '../../measure/command.ts';

const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'srun', 'sinfo'];
const PACKAGES = ['munge', 'slurmctld', 'slurmd', 'slurm-client'];
const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Makes sure that Slurm and munge are installed (Debian packages; their services are not started). Throws why there can be none. */
export async function requireSlurm(say: (text: string) => void): Promise<void> {
  if (missingPrograms().length === 0) return;
  if (process.getuid?.() !== 0) throw new Error(`not installed, and installing takes root: missing ${missingPrograms().join(', ')}`);
  if (findProgram('apt-get') === undefined) throw new Error('not installed, and this system has no apt-get');
  say('installing Debian packages: ' + PACKAGES.join(', '));
  // With runlevel 1 the packages' scripts do not start their services.
  const env = { PATH: SEARCH_PATH, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await requireCommand(['apt-get', 'update', '-qq'], { env });
  await requireCommand(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...PACKAGES], { env });
  if (missingPrograms().length > 0) throw new Error(`the packages brought no ${missingPrograms().join(', ')}`);
}

/** The full path of a program of the system. */
export function findProgram(name: string): string | undefined {
  return SEARCH_PATH.split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

function missingPrograms(): string[] {
  return PROGRAMS.filter((name) => findProgram(name) === undefined);
}
