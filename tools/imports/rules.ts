import type { IForbiddenRuleType } from 'dependency-cruiser';

const PACKAGE = '^packages/([^/]+)/';
const TEST = '^packages/[^/]+/test/';
const anyOwnFile = '^(packages|tools|bench|chaos|e2e)/';

const FIXED_RULES: readonly IForbiddenRuleType[] = [
  { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'apps-do-not-import-apps',
    severity: 'error',
    from: { path: '^packages/(host|runner|stages|web)/' },
    to: { path: '^packages/(host|runner|stages|web|cli)/', pathNot: '^packages/$1/' },
  },
  {
    name: 'cli-composes-host-and-runner-only',
    severity: 'error',
    from: { path: '^packages/cli/' },
    to: { path: '^packages/(stages|web)/' },
  },
  {
    name: 'contract-is-a-leaf',
    severity: 'error',
    from: { path: '^packages/contract/src/' },
    to: { pathNot: ['^packages/contract/src/', '^node_modules/typebox/'] },
  },
  {
    name: 'runtime-knows-no-other-package',
    severity: 'error',
    from: { path: '^packages/runtime/' },
    to: { path: '^packages/', pathNot: '^packages/runtime/' },
  },
  {
    name: 'web-sees-only-contract',
    severity: 'error',
    from: { path: '^packages/web/src/' },
    to: { path: '^packages/', pathNot: '^packages/(web|contract)/' },
  },
  { name: 'web-runs-in-browsers', severity: 'error', from: { path: '^packages/web/src/' }, to: { dependencyTypes: ['core'] } },
  {
    name: 'core-is-pure',
    severity: 'error',
    from: { path: '^(packages/.+/core)/', pathNot: TEST },
    to: { pathNot: ['^$1/', '^packages/contract/src/'] },
  },
  {
    name: 'only-stores-write-sql',
    severity: 'error',
    from: { path: '^packages/host/src/', pathNot: ['-store\\.ts$', '^packages/host/src/store/'] },
    to: { path: '^node_modules/kysely/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'only-the-store-knows-its-database',
    severity: 'error',
    from: { path: '^packages/host/src/', pathNot: '^packages/host/src/store/' },
    to: { path: '^packages/host/src/store/(sqlite|migrat|dialects/)' },
  },
  { name: 'packages-stand-alone', severity: 'error', from: { path: '^packages/' }, to: { path: '^(tools|bench|chaos|e2e)/' } },
  {
    name: 'sources-do-not-import-tests',
    severity: 'error',
    from: { path: anyOwnFile, pathNot: '(^|/)(test|e2e)/|^bench/' },
    to: { path: '^(packages/[^/]+|tools)/test/|^e2e/' },
  },
  { name: 'imports-resolve', severity: 'error', from: { path: anyOwnFile }, to: { couldNotResolve: true } },
  {
    name: 'sources-need-no-dev-dependencies',
    severity: 'error',
    from: { path: '^packages/[^/]+/src/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
];

/** What the package.json files say. */
export interface Manifests {
  /** Files that packages offer to others: `packages/contract/src/index.ts`. */
  readonly exported: readonly string[];
  /** Development dependencies of the root, there for the tests of every package. */
  readonly testLibraries: readonly string[];
}

/**
 * Who may import whom; docs/architecture.md has the reasons. Every rule is an error, else the check would pass over it.
 */
export function describeRules({ exported, testLibraries }: Manifests): IForbiddenRuleType[] {
  const exports = exported.map((file) => `^${file.replaceAll('.', '\\.')}$`);
  const undeclared = ['npm-no-pkg', 'npm-unknown'] as const;
  return [
    ...FIXED_RULES,
    {
      name: 'packages-meet-at-their-exports',
      severity: 'error',
      from: { path: PACKAGE },
      to: { path: '^packages/[^/]+/', pathNot: ['^packages/$1/', ...exports] },
    },
    {
      name: 'outsiders-meet-packages-at-their-exports',
      severity: 'error',
      from: { path: '^(tools|bench|chaos|e2e)/' },
      // The servers that tests of host and runner start serve whole stories too.
      to: { path: '^packages/', pathNot: [...exports, '^packages/(host|runner)/test/servers/'] },
    },
    {
      name: 'dependencies-are-declared',
      severity: 'error',
      from: { path: anyOwnFile, pathNot: TEST },
      to: { dependencyTypes: [...undeclared] },
    },
    {
      name: 'dependencies-of-tests-are-declared',
      severity: 'error',
      from: { path: TEST },
      to: { dependencyTypes: [...undeclared], pathNot: testLibraries.map((name) => `^node_modules/${name}/`) },
    },
  ];
}
