import { runStep } from './suites/run-step.ts';
import { ROOT } from './repository.ts';

const ENGINE = `${ROOT}/engines/fuxictr`;
const python = `${ENGINE}/.venv/bin/python`;

const CHECKS: readonly { readonly title: string; readonly argv: readonly [string, ...string[]]; readonly cwd?: string }[] = [
  { title: 'format', argv: ['prettier', '--check', '--log-level=warn', '.'] },
  { title: 'types', argv: ['tsc', '-p', '.'] },
  { title: 'imports', argv: ['node', 'tools/check-imports.ts'] },
  { title: 'lint', argv: ['eslint', '--cache', '--cache-location', '.cache/eslint/', '--max-warnings=0', '.'] },
  { title: 'dead code', argv: ['knip', '--no-progress'] },
  { title: 'OpenAPI document', argv: ['node', 'tools/openapi.ts', '--check'] },
  { title: 'documents', argv: ['vitest', 'run', 'tools/test/docs.test.ts'] },
  { title: 'engine lint', argv: [python, '-m', 'ruff', 'check', '.'], cwd: ENGINE },
  { title: 'engine format', argv: [python, '-m', 'ruff', 'format', '--check', '.'], cwd: ENGINE },
  { title: 'engine types', argv: [python, '-m', 'mypy'], cwd: ENGINE },
];

const failed: string[] = [];
for (const { title, argv, cwd } of CHECKS) {
  if ((await runStep(title, argv, cwd)) !== 0) failed.push(title);
}
console.log(failed.length === 0 ? `all ${CHECKS.length} checks passed` : `failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
