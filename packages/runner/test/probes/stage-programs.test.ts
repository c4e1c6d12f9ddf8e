import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { probeStages } from '../../src/probes/stage-programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-stages-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A Python that finds the package of the engine, or not. */
function makePython(finds: boolean): string {
  const path = join(folder, finds ? 'python' : 'python-without');
  writeFileSync(path, `#!/bin/sh\ncase $2 in *weir_fuxictr*) exit ${finds ? 0 : 1} ;; esac\nexit 2\n`, { mode: 0o755 });
  return path;
}

const SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin';
const makeConfig = (python: string | undefined, stagesMain: string | null = '/stages/main.ts') => ({
  stagesMain,
  stageEnvironment: python === undefined ? {} : { WEIR_ENGINE_PYTHON: python },
  searchPath: SEARCH_PATH,
});
const probe = (python: string | undefined, stagesMain?: string | null) => probeStages(makeConfig(python, stagesMain));

test('a node with the engine runs stages', async () => {
  expect(await probe(makePython(true))).toEqual({ kind: 'stages', usable: true, notes: [] });
});

describe('a node that is too busy to check its engine runs stages and notes so', () => {
  function makeScript(name: string, command: string): string {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${command}\n`, { mode: 0o755 });
    return path;
  }

  test('when its Python does not answer in time', async () => {
    const report = await probeStages(makeConfig(makeScript('slow', 'exec sleep 60')), 50);
    expect(report).toEqual({ kind: 'stages', usable: true, notes: ['the engine was not checked: its Python took too long'] });
  });

  test.each([
    { how: 'its Python is ended by a signal', config: makeConfig(makeScript('ended', 'kill -KILL $$')) },
    { how: 'the system starts no process', config: { ...makeConfig(makePython(true)), searchPath: 'x'.repeat(2 ** 20) } },
  ])('when $how', async ({ config }) => {
    const note = /^the engine was not checked: its Python did not start or was ended \(/;
    expect(await probeStages(config)).toEqual({ kind: 'stages', usable: true, notes: [expect.stringMatching(note)] });
  });
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
