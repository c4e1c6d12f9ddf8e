import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import packageFile from '../package.json' with { type: 'json' };
import { describeRoutes } from './openapi/document.ts';
import { ROOT } from './repository.ts';

// `npm run openapi` writes docs/openapi.json; with --check it only says whether that file is what the contract gives.
const path = join(ROOT, 'docs/openapi.json');
const text = `${JSON.stringify(describeRoutes(packageFile.version), null, 2)}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(path, text);
  console.log('wrote docs/openapi.json');
} else if (readFileSync(path, 'utf8') !== text) {
  console.error('docs/openapi.json is stale: run "npm run openapi" and commit it');
  process.exitCode = 1;
}
