import { posix } from 'node:path';
import type { Launch } from '@weir/contract/protocol';
import type { AttemptId } from '../executor.ts';
import type { ShimOutput } from './launch-file.ts';

/** Lays out where an attempt's output goes; throws what a user may read when a file of theirs would lie outside the working directory. */
export function placeOutput(
  launch: Launch,
  place: { id: AttemptId; node: string; own: Pick<ShimOutput, 'stdout' | 'stderr'> },
): ShimOutput {
  const pathOf = (stream: 'stdout' | 'stderr') => {
    const pattern = launch[stream];
    return pattern === null ? null : parseOutputPath({ stream, pattern, node: place.node, workdir: launch.workdir });
  };
  return { ...place.own, stdoutPath: pathOf('stdout'), stderrPath: pathOf('stderr'), truncate: place.id.attempt === 1 };
}

interface OutputPattern {
  readonly stream: 'stdout' | 'stderr';
  /** `%N` stands for the node. */
  readonly pattern: string;
  readonly node: string;
  readonly workdir: string | null;
}

/** The path of an output file relative to the working directory, without `.` and `..`. */
export function parseOutputPath({ stream, pattern, node, workdir }: OutputPattern): string {
  const path = posix.normalize(pattern.replaceAll('%N', () => node));
  const home = workdir === null ? null : `${posix.normalize(workdir).replace(/\/+$/, '')}/`;
  const relative = home !== null && path.startsWith(home) ? path.slice(home.length) : path;
  const isInside = !/^(\/|\.\.?(\/|$)|$)/.test(relative) && !relative.endsWith('/');
  if (isInside) return relative;
  throw new Error(
    `${stream} "${pattern}" is not a file below the working directory ${workdir ?? 'of the job'}: give a path relative to it`,
  );
}
