import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './repository.ts';

const BENCH = join(ROOT, 'bench');

const [name, ...args] = process.argv.slice(2);
const names = existsSync(BENCH) ? listBenches() : [];
if (name !== undefined && names.includes(name)) {
  // In this process, so that the last line of standard output is the bench's own.
  const file = join(BENCH, `${name}.ts`);
  process.argv = [process.argv0, file, ...args];
  await import(file);
} else {
  if (name !== undefined) console.error(`there is no bench "${name}"`);
  console.log(['Benches (npm run bench -- NAME):', ...names.map((known) => `  ${known}`)].join('\n'));
  process.exitCode = name === undefined ? 0 : 64;
}

function listBenches(): string[] {
  return readdirSync(BENCH)
    .filter((file) => file.endsWith('.ts') && !file.startsWith('_'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}
