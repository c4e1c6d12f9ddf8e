import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult, type IViolation } from 'dependency-cruiser';
import extractTypeScriptConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { readManifests } from './manifests.ts';
import { describeRules } from './rules.ts';

/** What a look at every import of a tree found. */
export interface ImportFindings {
  /** Source files of ours that were read, per top folder: `packages/host`, `tools`. */
  readonly modules: ReadonlyMap<string, number>;
  readonly violations: readonly ImportViolation[];
}

export interface ImportViolation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

/** Reads every import below `root` and reports what breaks a rule. */
export async function cruiseImports(root: string): Promise<ImportFindings> {
  const folders = listSourceFolders(root);
  const { output } = await cruise(
    folders,
    {
      baseDir: root,
      ruleSet: { forbidden: describeRules(readManifests(root)) },
      validate: true,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '/fixtures/' },
      tsPreCompilationDeps: true,
      enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
    },
    undefined,
    { tsConfig: extractTypeScriptConfig(join(root, 'tsconfig.json')) },
  );
  if (typeof output === 'string') throw new Error(`dependency-cruiser answered text instead of a result: ${output.slice(0, 200)}`);
  return { modules: countModules(output), violations: output.summary.violations.map(describeViolation) };
}

/** Folders with sources of ours: each package, and what stands beside them. */
export function listSourceFolders(root: string): string[] {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`);
  return [...packages, 'tools', 'bench', 'chaos', 'e2e'].filter((folder) => existsSync(join(root, folder)));
}

function countModules(result: ICruiseResult): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { source } of result.modules) {
    const folder = /^(packages\/[^/]+|tools|bench|chaos|e2e)\//.exec(source)?.[1];
    if (folder !== undefined) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return counts;
}

function describeViolation(violation: IViolation): ImportViolation {
  return { rule: violation.rule.name, from: violation.from, to: violation.to };
}
