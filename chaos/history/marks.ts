import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One life of a job's program as it wrote it down itself. Nanoseconds since the epoch, of one machine's clock. */
export interface Life {
  readonly attempt: number;
  readonly node: string;
  readonly rank: number;
  readonly from: bigint;
  /** Undefined = it was ended from outside. */
  readonly to: bigint | undefined;
}

/**
 * The shell text of a job that writes down when it begins and ends (appended in one write, so that lives of several nodes do not mix),
 * lives for `seconds` in between and exits with `code`.
 */
export function markedScript(folder: string, life: { seconds: number; code: number }): string {
  return [
    '#!/bin/sh',
    `mark() { echo "$1 $WEIR_ATTEMPT $WEIR_NODE \${WEIR_NODE_RANK:-0} $(date +%s%N)" >> "${folder}/$WEIR_JOB_ID"; }`,
    'mark begin',
    `sleep ${life.seconds.toFixed(2)}`,
    'mark end',
    `exit ${life.code}`,
  ].join('\n');
}

/** Every job's lives, by job id. */
export function readLives(folder: string): Map<number, Life[]> {
  return new Map(readdirSync(folder).map((name) => [Number(name), parseLives(readFileSync(join(folder, name), 'utf8'))]));
}

function parseLives(text: string): Life[] {
  const open = new Map<string, Life>();
  const lives: Life[] = [];
  for (const line of text.split('\n')) {
    const [kind, attempt, node = '', rank, at] = line.split(' ');
    if (at === undefined) continue;
    const key = `${attempt} ${rank} ${node}`;
    if (kind === 'begin') {
      const before = open.get(key);
      if (before !== undefined) lives.push(before);
      open.set(key, { attempt: Number(attempt), node, rank: Number(rank), from: BigInt(at), to: undefined });
    } else {
      const life = open.get(key);
      if (life === undefined) continue;
      lives.push({ ...life, to: BigInt(at) });
      open.delete(key);
    }
  }
  return [...lives, ...open.values()];
}
