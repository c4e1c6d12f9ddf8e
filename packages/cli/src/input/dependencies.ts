import { AppError, type Dependency, type DependencyKind } from '@weir/contract/client';

const KINDS: Readonly<Record<DependencyKind, true>> = { afterok: true, afterany: true, afternotok: true };

/** Reads `afterok:12`, `afterok:12,13`, and as Slurm writes it `afterok:12:13,afterany:14`. Throws `invalid_input`. */
export function readDependencies(text: string): Dependency[] {
  const dependencies: Dependency[] = [];
  let kind: DependencyKind | undefined;
  for (const word of text.split(/[,:]/)) {
    if (isKind(word)) kind = word;
    else if (kind !== undefined && /^[1-9]\d{0,14}$/.test(word)) dependencies.push({ kind, job_id: Number(word) });
    else throw refuse(text);
  }
  if (dependencies.length === 0) throw refuse(text);
  return dependencies;
}

function isKind(word: string): word is DependencyKind {
  return Object.hasOwn(KINDS, word);
}

function refuse(text: string): AppError {
  return new AppError(
    'invalid_input',
    `--depends: "${text}" is not a dependency: use afterok:12, afterany:12,13 or afternotok:12 with the numbers of jobs`,
    { field: '--depends', value: text },
  );
}
