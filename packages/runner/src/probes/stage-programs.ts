import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ExecutorReport } from '@weir/contract/protocol';
import type { RunnerConfig } from '../config.ts';

const TIMEOUT_MS = 10_000;
/** Finds the package without loading it, which would take seconds. */
const CHECK = "import importlib.util, sys; sys.exit(importlib.util.find_spec('weir_fuxictr') is None)";
const REMEDY = 'run "npm run setup" in the checkout of Weir on this node and start its runner again';

/** Where a Python is not, or is nothing that can be run: no want of memory or processes that passes. */
const ABSENT: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'EACCES', 'ENOEXEC'];

/** Whether this node can run the stages of workflows, and if not, why. A node too busy to tell says that it can: a stage then finds out. */
export async function probeStages(
  config: Pick<RunnerConfig, 'stagesMain' | 'stageEnvironment' | 'searchPath'>,
  timeoutMs = TIMEOUT_MS,
): Promise<ExecutorReport> {
  if (config.stagesMain === null) return unusable('WEIR_STAGES_MAIN is not set for the runner: start it with "weir"');
  const python = config.stageEnvironment['WEIR_ENGINE_PYTHON'];
  if (python === undefined) return unusable(`the engine is not installed: ${REMEDY}`);
  try {
    const env = { PATH: config.searchPath, PYTHONSAFEPATH: '1' };
    await promisify(execFile)(python, ['-c', CHECK], { timeout: timeoutMs, env });
    return { kind: 'stages', usable: true, notes: [] };
  } catch (error) {
    if (!tellsOfEngine(error)) return { kind: 'stages', usable: true, notes: [`the engine was not checked: ${describe(error)}`] };
    return unusable(`the engine is not complete, ${python.slice(0, 200)} does not find it: ${REMEDY}`);
  }
}

/** True of a check that ended with an exit code, and of a Python that is not there. */
function tellsOfEngine(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' || ABSENT.includes(code);
}

function describe(error: unknown): string {
  if (error instanceof Error && 'killed' in error && error.killed === true) return 'its Python took too long';
  return `its Python did not start or was ended (${String(error).slice(0, 200)})`;
}

function unusable(why: string): ExecutorReport {
  return { kind: 'stages', usable: false, notes: [why] };
}
