import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ExecutorReport } from '@weir/contract/protocol';
import type { RunnerConfig } from '../config.ts';

const TIMEOUT_MS = 10_000;
/** Finds the package without loading it, which would take seconds. */
const CHECK = "import importlib.util, sys; sys.exit(importlib.util.find_spec('weir_fuxictr') is None)";
const REMEDY = 'run "npm run setup" in the checkout of Weir on this node and start its runner again';

/** Whether this node can run the stages of workflows, and if not, why. */
export async function probeStages(config: Pick<RunnerConfig, 'stagesMain' | 'stageEnvironment' | 'searchPath'>): Promise<ExecutorReport> {
  if (config.stagesMain === null) return unusable('WEIR_STAGES_MAIN is not set for the runner: start it with "weir"');
  const python = config.stageEnvironment['WEIR_ENGINE_PYTHON'];
  if (python === undefined) return unusable(`the engine is not installed: ${REMEDY}`);
  try {
    const env = { PATH: config.searchPath, PYTHONSAFEPATH: '1' };
    await promisify(execFile)(python, ['-c', CHECK], { timeout: TIMEOUT_MS, env });
    return { kind: 'stages', usable: true, notes: [] };
  } catch {
    return unusable(`the engine is not complete, ${python.slice(0, 200)} does not find it: ${REMEDY}`);
  }
}

function unusable(why: string): ExecutorReport {
  return { kind: 'stages', usable: false, notes: [why] };
}
