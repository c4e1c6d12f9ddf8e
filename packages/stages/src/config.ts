import { availableParallelism, homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** Everything a stage program takes from its environment. */
export interface StageConfig {
  readonly specPath: string | undefined;
  readonly eventsPath: string | undefined;
  readonly home: string;
  readonly enginePython: string | undefined;
  readonly fuxictrRoot: string | undefined;
  /** Directories whose files SQL may read; absolute. */
  readonly dataRoots: readonly string[];
  readonly cpus: number;
  /** Memory that DuckDB may use before it spills to disk, and that the engine plans its batches by. */
  readonly memoryMb: number;
  readonly hasGpu: boolean;
  /** Longest wait for another process to let go of the warehouse file. */
  readonly warehouseWaitMs: number;
  /** Environment of child processes: ours without what addresses this program alone. */
  readonly childEnv: Readonly<Record<string, string>>;
}

const OWN_KEYS = new Set(['WEIR_STAGE_SPEC', 'WEIR_EVENTS', 'NODE_COMPILE_CACHE']);
const DEFAULT_MEMORY_MB = 1024;
const DEFAULT_WAREHOUSE_WAIT_S = 900;

/** Reads the configuration of a stage program from its environment. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): StageConfig {
  return {
    specPath: absolute(env['WEIR_STAGE_SPEC']),
    eventsPath: absolute(env['WEIR_EVENTS']),
    home: resolve(optional(env['WEIR_HOME']) ?? join(homedir(), '.weir')),
    enginePython: absolute(env['WEIR_ENGINE_PYTHON']),
    fuxictrRoot: absolute(env['FUXICTR_ROOT']),
    dataRoots: (env['WEIR_DATA_ROOTS'] ?? '')
      .split(delimiter)
      .filter((root) => root !== '')
      .map((root) => resolve(root)),
    cpus: positiveNumber(env['WEIR_CPUS']) ?? availableParallelism(),
    memoryMb: positiveNumber(env['WEIR_STAGE_MEMORY_MB']) ?? DEFAULT_MEMORY_MB,
    hasGpu: optional(env['CUDA_VISIBLE_DEVICES']) !== undefined && env['CUDA_VISIBLE_DEVICES'] !== '-1',
    warehouseWaitMs: 1000 * (positiveNumber(env['WEIR_WAREHOUSE_WAIT_S']) ?? DEFAULT_WAREHOUSE_WAIT_S),
    childEnv: Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !OWN_KEYS.has(entry[0])),
    ),
  };
}

function optional(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value;
}

/** A path as it is meant where the program was started. */
function absolute(value: string | undefined): string | undefined {
  const path = optional(value);
  return path === undefined || !path.includes('/') ? path : resolve(path);
}

function positiveNumber(value: string | undefined): number | undefined {
  const number = Math.floor(Number(value));
  return value !== undefined && Number.isFinite(number) && number > 0 ? number : undefined;
}
