import { expect, test } from 'vitest';
import { formatCommand } from '../../src/jobs/job-text.ts';

test.each([
  [['echo', 'hi'], 'echo hi'],
  [['sh', '-c', 'echo "$A"'], `sh -c 'echo "$A"'`],
  [['printf', "it's"], String.raw`printf 'it'\''s'`],
  [['a', ''], "a ''"],
])('%j is shown as a shell would take it', (command, shown) => expect(formatCommand(command)).toBe(shown));
