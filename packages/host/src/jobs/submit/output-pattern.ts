import { AppError } from '@weir/contract';

/** What `%` may be followed by: job, index and job of an array, name of job and of node, user, the sign itself. */
const PLACEHOLDERS = new Set(['j', 'a', 'A', 'n', 'N', 'u', '%']);

/**
 * Checks where output shall go, as far as text can tell; that no link leads elsewhere is the runner's to see.
 * A path is taken from `workdir` and stays below it. Throws `invalid_input` for an unknown `%`, `path_not_allowed` for a path elsewhere.
 */
export function checkOutputPattern(field: 'stdout' | 'stderr', pattern: string | undefined, workdir: string | undefined): void {
  if (pattern === undefined) return;
  for (const [sign, letter = ''] of pattern.matchAll(/%(.?)/gsu)) {
    if (!PLACEHOLDERS.has(letter))
      throw new AppError('invalid_input', `"${sign}" in ${field} means nothing: use %j %a %A %n %N %u, and %% for the sign itself`, {
        field,
        value: pattern,
      });
  }
  const relative = pattern.startsWith('/') ? belowWorkdir(pattern, workdir) : pattern;
  const segments = relative?.split('/');
  if (segments === undefined || segments.includes('..'))
    throw new AppError('path_not_allowed', `${field} "${pattern}" leads out of the job's workdir: give a path below it`, {
      field,
      value: pattern,
    });
  if (['', '.'].includes(segments.at(-1) ?? ''))
    throw new AppError('invalid_input', `${field} "${pattern}" names a folder: name a file in it`, { field, value: pattern });
}

function belowWorkdir(path: string, workdir: string | undefined): string | undefined {
  if (workdir === undefined) return undefined;
  const root = workdir.endsWith('/') ? workdir : `${workdir}/`;
  return path.startsWith(root) ? path.slice(root.length) : undefined;
}
