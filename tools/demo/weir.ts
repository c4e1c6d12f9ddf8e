import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../repository.ts';

/** A finished call of the command line. */
export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
}

/** Calls `./weir` as a user of `environment` would; its standard error, where progress and refusals are told, goes to ours. */
export function callWeir(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(ROOT, 'weir'), args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? 1, stdout: Buffer.concat(pieces).toString('utf8') }));
  });
}

/** Like `callWeir`, for calls that must succeed. */
export async function askWeir(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  const { exitCode, stdout } = await callWeir(environment, args);
  if (exitCode !== 0) throw new Error(`weir ${args.slice(0, 2).join(' ')} ended with exit code ${exitCode}`);
  return stdout;
}
