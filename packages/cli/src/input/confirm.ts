import { createInterface } from 'node:readline/promises';
import { AppError } from '@weir/contract/client';

/** Asks the person at the terminal; throws `invalid_input` that says what would happen when there is none to ask. */
export async function confirm({ what, question }: { what: string; question: string }): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new AppError('invalid_input', `${what}: say --yes, there is no terminal to ask at`, { field: '--yes' });
  }
  const dialog = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await dialog.question(`${question} [y/N] `)).trim());
  } finally {
    dialog.close();
  }
}
