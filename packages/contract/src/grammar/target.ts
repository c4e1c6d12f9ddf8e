import { AppError } from '../errors.ts';
import { IDENTIFIER_PATTERN } from '../identifier-pattern.ts';

/** A target as it is written: `node`, `node:0`, `node::0,1`, `node:0::0,1`. */
export interface ParsedTarget {
  readonly node: string;
  readonly numa?: number;
  readonly gpu_ids?: number[];
}

/** Reads `NODE[:NUMA][::GPU,GPU]`; throws `invalid_input`. */
export function parseTarget(text: string): ParsedTarget {
  const match = /^([^:]+)(?::(\d{1,4}))?(?:::(\d{1,4}(?:,\d{1,4})*))?$/.exec(text);
  const [, node = '', numa, gpus] = match ?? [];
  if (!new RegExp(IDENTIFIER_PATTERN).test(node)) {
    throw new AppError('invalid_input', `"${text}" is not a target: use NODE, NODE:NUMA, NODE::GPU,GPU or NODE:NUMA::GPU,GPU`, {
      field: 'target',
      value: text,
    });
  }
  return {
    node,
    ...(numa === undefined ? {} : { numa: Number(numa) }),
    ...(gpus === undefined ? {} : { gpu_ids: [...new Set(gpus.split(',').map(Number))] }),
  };
}

/** Writes a target as `parseTarget` reads it. */
export function formatTarget(target: { readonly node: string; readonly numa?: number; readonly gpu_ids?: readonly number[] }): string {
  const numa = target.numa === undefined ? '' : `:${target.numa}`;
  return `${target.node}${numa}${target.gpu_ids === undefined ? '' : `::${target.gpu_ids.join(',')}`}`;
}
