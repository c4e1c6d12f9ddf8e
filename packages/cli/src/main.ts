import { readConfig, wantsDebug } from './config.ts';
import { reportFailure } from './output/failure.ts';
import { guardOutput } from './output/terminal.ts';
import { isQuietEnd, runProgram } from './program.ts';

guardOutput();
const argv = process.argv.slice(2);
try {
  await runProgram(readConfig(), argv);
} catch (error) {
  if (!isQuietEnd(error)) process.exitCode = reportFailure(error, { json: asksForJson(argv), debug: wantsDebug() });
}

function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? undefined : end).includes('--json');
}
