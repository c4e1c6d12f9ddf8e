import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { probeStages } from '../../src/probes/stage-programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-stages-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A Python that finds the package of the engine, or not. */
function makePython(finds: boolean): string {
  const path = join(folder, finds ? 'python' : 'python-without');
  writeFileSync(path, `#!/bin/sh\ncase $2 in *weir_fuxictr*) exit ${finds ? 0 : 1} ;; esac\nexit 2\n`, { mode: 0o755 });
  return path;
}

const probe = (python: string | undefined, stagesMain: string | null = '/stages/main.ts') =>
  probeStages({
    stagesMain,
    stageEnvironment: python === undefined ? {} : { WEIR_ENGINE_PYTHON: python },
    searchPath: '/usr/local/bin:/usr/bin:/bin',
  });

test('a node with the engine runs stages', async () => {
  expect(await probe(makePython(true))).toEqual({ kind: 'stages', usable: true, notes: [] });
});

test.each([
  { how: 'without an engine', python: undefined, note: /^the engine is not installed: run "npm run setup"/ },
  {
    how: 'with half an engine',
    python: makePython(false),
    note: /^the engine is not complete, .*without does not find it: run "npm run setup"/,
  },
  { how: 'with an engine that is gone', python: '/nowhere/python', note: /^the engine is not complete, \/nowhere\/python/ },
  { how: 'without stage programs', python: makePython(true), main: null, note: /^WEIR_STAGES_MAIN is not set/ },
])('a node $how does not, and says what to do', async ({ python, main, note }) => {
  expect(await probe(python, main)).toEqual({ kind: 'stages', usable: false, notes: [expect.stringMatching(note)] });
});
