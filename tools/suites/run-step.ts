import { spawn } from 'node:child_process';
import { ROOT } from '../repository.ts';

/** Where a step runs, and variables that only it has. */
export interface StepPlace {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program in the repository with our own output and no input; resolves to its exit code, 1 when a signal ended it. */
export async function runStep(title: string, argv: readonly [string, ...string[]], place: StepPlace = {}): Promise<number> {
  const startedAt = performance.now();
  console.log(`${title} ...`);
  const [command, ...args] = argv;
  const exitCode = await new Promise<number>((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: place.cwd ?? ROOT,
      env: { ...process.env, ...place.env },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${title}: ${exitCode === 0 ? 'ok' : `failed (exit code ${exitCode})`}, ${seconds} s`);
  return exitCode;
}
