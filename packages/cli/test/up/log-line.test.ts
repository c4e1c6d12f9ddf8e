import { expect, test } from 'vitest';
import { readableLogLine } from '../../src/up/log-line.ts';

test.each([
  ['{"level":50,"time":1769853600000,"pid":1,"msg":"cannot listen"}', /^\d\d:00:00 error: cannot listen$/],
  ['{"level":35,"time":1769853600000,"msg":"own"}', /^\d\d:00:00 level 35: own$/],
  ['{"level":50}', /^{"level":50}$/],
  ['SyntaxError: x', /^SyntaxError: x$/],
])('%s reads so', (line, shown) => expect(readableLogLine(line)).toMatch(shown));
