import type { JobRow } from '../store/schema.ts';

/** Fills in what a pattern of an output file stands for, except `%N`, which the node does; null = no pattern. */
export function fillPattern(
  pattern: string | undefined,
  job: Pick<JobRow, 'id' | 'array_id' | 'array_index' | 'name' | 'user'>,
): string | null {
  if (pattern === undefined) return null;
  const values: Record<string, string> = {
    j: String(job.id),
    a: String(job.array_index ?? 0),
    A: String(job.array_id ?? job.id),
    n: toFileName(job.name),
    u: toFileName(job.user),
    '%': '%',
  };
  return pattern.replace(/%(.)/gsu, (sign, letter: string) => values[letter] ?? sign);
}

/** A name may hold what would lead to another folder. */
function toFileName(text: string): string {
  return text.replaceAll('/', '_').replace(/^\.+/, '_');
}
