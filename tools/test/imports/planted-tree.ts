import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const PACKAGES = ['contract', 'runtime', 'host', 'runner', 'stages', 'cli', 'web'] as const;
const LIBRARIES = ['typebox', 'pino', 'kysely', 'ws', 'yaml', 'commander', 'vitest', 'fastify', 'fast-check'];
const DEPENDENCIES: Record<(typeof PACKAGES)[number], readonly string[]> = {
  contract: ['typebox'],
  runtime: ['pino'],
  host: ['@weir/contract', '@weir/runtime', '@weir/runner', '@weir/cli', 'kysely'],
  runner: ['@weir/contract', '@weir/runtime', '@weir/host', 'ws'],
  stages: ['@weir/contract', '@weir/runtime', 'yaml'],
  cli: ['@weir/contract', '@weir/runtime', '@weir/host', '@weir/runner', '@weir/stages', 'commander'],
  web: ['@weir/contract', '@weir/runtime'],
};

/** A small tree laid out as ours that keeps every import rule. */
const CLEAN: Readonly<Record<string, string>> = {
  'packages/contract/src/index.ts': `import { Type } from 'typebox';\nexport const Name = Type.String();\n`,
  'packages/runtime/src/index.ts': `import { pino } from 'pino';\nimport { readFileSync } from 'node:fs';\nexport const log = [pino, readFileSync];\n`,
  'packages/host/src/index.ts': `export * from './app.ts';\n`,
  'packages/host/src/main.ts': `import './app.ts';\nimport './store/store.ts';\n`,
  'packages/host/src/app.ts': `import { Name } from '@weir/contract';\nimport { jobs } from './jobs/job-store.ts';\nimport { plan } from './scheduler/core/plan.ts';\nexport const app = [Name, jobs, plan];\n`,
  'packages/host/src/store/store.ts': `import { Kysely } from 'kysely';\nexport const store = Kysely;\n`,
  'packages/host/src/jobs/job-store.ts': `import { store } from '../store/store.ts';\nexport const jobs = store;\n`,
  'packages/host/src/scheduler/core/plan.ts': `import { Name } from '@weir/contract';\nimport { fit } from './fit.ts';\nexport const plan = [Name, fit];\n`,
  'packages/host/src/scheduler/core/fit.ts': `export const fit = 1;\n`,
  'packages/host/test/app.test.ts': `import { test } from 'vitest';\nimport { app } from '../src/app.ts';\ntest('app', () => app);\n`,
  'packages/runner/src/index.ts': `import { log } from '@weir/runtime';\nexport const runner = log;\n`,
  'packages/runner/src/main.ts': `import './index.ts';\n`,
  'packages/stages/src/index.ts': `import { parse } from 'yaml';\nexport const stages = parse;\n`,
  'packages/cli/src/index.ts': `import { app } from '@weir/host';\nimport { runner } from '@weir/runner';\nimport { Command } from 'commander';\nexport const cli = [app, runner, Command];\n`,
  'packages/web/src/index.ts': `import { Name } from '@weir/contract';\nexport const page = Name;\n`,
  'tools/check.ts': `import { Name } from '@weir/contract';\nexport const check = Name;\n`,
};

/** A temporary copy of the clean tree with `planted` files in place of, or beside, its own. */
export class PlantedTree implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'weir-imports-'));

  constructor(planted: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries({ ...CLEAN, ...planted })) this.#write(path, text);
    this.#write(
      'tsconfig.json',
      JSON.stringify({ compilerOptions: { module: 'nodenext', allowImportingTsExtensions: true, noEmit: true } }),
    );
    this.#write('package.json', JSON.stringify({ name: 'planted', type: 'module', devDependencies: { vitest: '*' } }));
    for (const name of PACKAGES) this.#writeManifest(name);
    for (const name of LIBRARIES) this.#writeLibrary(name);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #writeManifest(name: (typeof PACKAGES)[number]): void {
    const dependencies = Object.fromEntries(DEPENDENCIES[name].map((dependency) => [dependency, '*']));
    const exports = { '.': './src/index.ts', './main': './src/main.ts' };
    const manifest = { name: `@weir/${name}`, type: 'module', exports, dependencies, devDependencies: { 'fast-check': '*' } };
    this.#write(`packages/${name}/package.json`, JSON.stringify(manifest));
    const link = join(this.root, 'node_modules/@weir', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(this.root, 'packages', name), link);
  }

  #writeLibrary(name: string): void {
    this.#write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', exports: './index.js' }));
    this.#write(`node_modules/${name}/index.js`, 'export const library = 1;\n');
  }

  #write(path: string, text: string): void {
    const target = join(this.root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}
