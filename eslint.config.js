import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { fileNameRule } from './tools/lint/file-name-rule.js';

const banEnvironment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Only config.ts reads the environment.',
};
const banInCore = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'The core knows no clock: take the time as input.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The core knows no clock: take the time as input.' },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'The core knows no chance: take a seed as input.' },
  { selector: "MemberExpression[object.name='performance']", message: 'The core knows no clock: take the time as input.' },
  { selector: 'AwaitExpression, ForOfStatement[await=true], :function[async=true]', message: 'The core is synchronous.' },
];
const banQueries = {
  selector: 'CallExpression[callee.property.name=/^(selectFrom|insertInto|updateTable|deleteFrom)$/]',
  message: 'Only *-store.ts and store/ write queries.',
};
const TESTS = ['**/test/**/*.ts', 'e2e/**/*.ts'];

export default defineConfig(
  { ignores: ['**/node_modules/', '**/.venv/', '.cache/', 'coverage/', 'engines/', '**/fixtures/*.js'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { weir: { rules: { 'file-name': fileNameRule } } },
    rules: {
      'weir/file-name': 'error',
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 60],
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // They object to honest code: async functions without await that keep a promise, flags that change behind the checker's back.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      'no-restricted-syntax': ['error', banEnvironment],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'node:process', message: 'Use the global process; its env only in config.ts.' }] },
      ],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'start' }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['packages/host/src/**/*.ts'],
    ignores: ['**/*-store.ts', '**/store/**'],
    rules: { 'no-restricted-syntax': ['error', banEnvironment, banQueries] },
  },
  { files: ['**/config.ts', ...TESTS], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['**/core/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', banEnvironment, banQueries, ...banInCore],
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'crypto'],
    },
  },
  // What a parser has checked, it may assert.
  {
    files: ['**/parse-*.ts', '**/*-parser.ts', 'packages/contract/src/http/client.ts'],
    rules: { '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'as' }] },
  },
  {
    files: [
      'packages/cli/src/**/*.ts',
      'bench/**/*.ts',
      'chaos/**/*.ts',
      'e2e/**/*.ts',
      'tools/**/*.ts',
      'packages/stages/src/**/*-output.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: TESTS,
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // vitest's matchers (expect.any) are of type any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'as' }],
      'no-restricted-properties': [
        'error',
        {
          object: 'vi',
          property: 'mock',
          message: 'No mocks of our own modules: use the real thing, or a scripted double at a process edge.',
        },
        {
          object: 'vi',
          property: 'doMock',
          message: 'No mocks of our own modules: use the real thing, or a scripted double at a process edge.',
        },
      ],
    },
  },
  // Long by nature: tables of routes, and migrations that never change again.
  {
    files: ['packages/contract/src/http/*-routes.ts', '**/migrations/*.ts'],
    rules: { 'max-lines': 'off', 'max-lines-per-function': 'off' },
  },
);
