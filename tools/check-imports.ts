import { cruiseImports } from './imports/cruise.ts';
import { ROOT } from './repository.ts';

/** Fewer modules than this in all means that the check looked at the wrong place. */
const FEWEST_MODULES = 300;

const { modules, violations } = await cruiseImports(ROOT);
const total = [...modules.values()].reduce((sum, count) => sum + count, 0);
for (const { rule, from, to } of violations) console.error(`${rule}: ${from} must not import ${to}`);
if (total < FEWEST_MODULES) console.error(`only ${total} modules were read, at least ${FEWEST_MODULES} are expected: the check is blind`);
console.log(`${total} modules read, ${violations.length} imports against the rules`);
process.exitCode = violations.length > 0 || total < FEWEST_MODULES ? 1 : 0;
