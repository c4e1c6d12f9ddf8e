import { describe, expect, test } from 'vitest';
import { cruiseImports } from '../../imports/cruise.ts';
import { describeRules } from '../../imports/rules.ts';
import { PlantedTree } from './planted-tree.ts';

interface Plant {
  readonly rule: string;
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
}

const PLANTS: readonly Plant[] = [
  {
    rule: 'no-cycles',
    what: 'two files that import each other',
    files: {
      'packages/runner/src/a.ts': `import { b } from './b.ts';\nexport const a = () => b;\n`,
      'packages/runner/src/b.ts': `import { a } from './a.ts';\nexport const b = () => a;\n`,
    },
  },
  {
    rule: 'apps-do-not-import-apps',
    what: 'the runner reaching for the host',
    files: { 'packages/runner/src/agent.ts': `export * from '@weir/host';\n` },
  },
  {
    rule: 'apps-do-not-import-apps',
    what: 'the host naming a type of the runner',
    files: { 'packages/host/src/agent.ts': `import type { runner } from '@weir/runner';\nexport type Agent = typeof runner;\n` },
  },
  {
    rule: 'cli-composes-host-and-runner-only',
    what: 'the cli loading the stages into its own process',
    files: { 'packages/cli/src/stage.ts': `export * from '@weir/stages';\n` },
  },
  {
    rule: 'contract-is-a-leaf',
    what: 'the contract reading files',
    files: { 'packages/contract/src/files.ts': `export { readFileSync } from 'node:fs';\n` },
  },
  {
    rule: 'runtime-knows-no-other-package',
    what: 'the runtime learning domain words',
    files: { 'packages/runtime/src/words.ts': `export * from '../../contract/src/index.ts';\n` },
  },
  {
    rule: 'web-sees-only-contract',
    what: 'a page with a server part',
    files: { 'packages/web/src/log.ts': `export * from '@weir/runtime';\n` },
  },
  {
    rule: 'web-runs-in-browsers',
    what: 'a page that reads files',
    files: { 'packages/web/src/files.ts': `export { readFileSync } from 'node:fs';\n` },
  },
  {
    rule: 'core-is-pure',
    what: 'a core that does input and output',
    files: { 'packages/host/src/scheduler/core/read.ts': `export { readFileSync } from 'node:fs';\n` },
  },
  {
    rule: 'core-is-pure',
    what: 'a core that reaches out of its folder',
    files: {
      'packages/host/src/scheduler/core/reach.ts': `export * from '../loop.ts';\n`,
      'packages/host/src/scheduler/loop.ts': `export const loop = 1;\n`,
    },
  },
  {
    rule: 'only-stores-write-sql',
    what: 'a service that writes queries',
    files: { 'packages/host/src/jobs/job-service.ts': `export { sql } from 'kysely';\n` },
  },
  {
    rule: 'only-the-store-knows-its-database',
    what: 'a route that opens a database',
    files: {
      'packages/host/src/jobs/job-routes.ts': `export * from '../store/sqlite-database.ts';\n`,
      'packages/host/src/store/sqlite-database.ts': `export const open = 1;\n`,
    },
  },
  {
    rule: 'packages-meet-at-their-exports',
    what: 'a relative path into another package',
    files: {
      'packages/host/src/deep.ts': `export * from '../../contract/src/ids.ts';\n`,
      'packages/contract/src/ids.ts': `export const id = 1;\n`,
    },
  },
  {
    rule: 'outsiders-meet-packages-at-their-exports',
    what: 'a tool that imports the inside of a package',
    files: { 'tools/deep.ts': `export * from '../packages/host/src/store/store.ts';\n` },
  },
  {
    rule: 'packages-stand-alone',
    what: 'a package that needs a tool',
    files: { 'packages/runner/src/tool.ts': `export * from '../../../tools/check.ts';\n` },
  },
  {
    rule: 'sources-do-not-import-tests',
    what: 'a source that needs a test',
    files: { 'packages/host/src/from-test.ts': `export * from '../test/app.test.ts';\n` },
  },
  {
    rule: 'imports-resolve',
    what: 'a file that is not there',
    files: { 'packages/host/src/gone.ts': `export * from './nowhere.ts';\n` },
  },
  {
    rule: 'imports-resolve',
    what: 'a path past the exports of a package',
    files: {
      'packages/host/src/past.ts': `export * from '@weir/contract/src/ids.ts';\n`,
      'packages/contract/src/ids.ts': `export const id = 1;\n`,
    },
  },
  {
    rule: 'dependencies-are-declared',
    what: 'a package that only happens to be installed',
    files: { 'packages/runner/src/undeclared.ts': `export * from 'fastify';\n` },
  },
  {
    rule: 'dependencies-of-tests-are-declared',
    what: 'a test that needs a package of another package',
    files: { 'packages/runner/test/undeclared.test.ts': `export * from 'kysely';\n` },
  },
  {
    rule: 'sources-need-no-dev-dependencies',
    what: 'a source that needs a test library',
    files: { 'packages/runner/src/dev.ts': `export * from 'fast-check';\n` },
  },
];

describe('import rules', () => {
  test('the clean tree passes, and every part of it was read', async () => {
    using tree = new PlantedTree({});
    const { modules, violations } = await cruiseImports(tree.root);
    expect(violations).toEqual([]);
    expect(Object.fromEntries(modules)).toMatchObject({ 'packages/host': 8, 'packages/contract': 1, 'packages/web': 1, tools: 1 });
  });

  test.each(PLANTS)('$rule catches $what', async ({ rule, files }) => {
    using tree = new PlantedTree(files);
    const { violations } = await cruiseImports(tree.root);
    expect(violations.map((violation) => violation.rule)).toContain(rule);
    expect(violations.every(({ from }) => Object.hasOwn(files, from))).toBe(true);
  });

  test('every rule has a planted violation and is an error', () => {
    const rules = describeRules({ exported: [], testLibraries: [] });
    expect(new Set(PLANTS.map((plant) => plant.rule))).toEqual(new Set(rules.map((rule) => rule.name)));
    expect(rules.filter((rule) => rule.severity !== 'error')).toEqual([]);
  });
});
