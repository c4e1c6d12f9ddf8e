import { spawn } from 'node:child_process';
import { ROOT } from '../repository.ts';

/** Runs a program in the repository with our own output and no input; resolves to its exit code, 1 when a signal ended it. */
export async function runStep(title: string, argv: readonly [string, ...string[]], cwd = ROOT): Promise<number> {
  const startedAt = performance.now();
  console.log(`${title} ...`);
  const [command, ...args] = argv;
  const exitCode = await new Promise<number>((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${title}: ${exitCode === 0 ? 'ok' : `failed (exit code ${exitCode})`}, ${seconds} s`);
  return exitCode;
}
