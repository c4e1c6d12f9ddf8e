import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { AppError } from '@weir/contract/client';
import { note } from '../output/terminal.ts';

/** Reads a secret: at a terminal it is asked for and not shown, else it is standard input. Throws `invalid_input` when there is none. */
export async function readSecret(question: string): Promise<string> {
  const text = process.stdin.isTTY ? await ask(question) : readFileSync(0, 'utf8');
  const secret = text.trim();
  if (/^\S+$/.test(secret)) return secret;
  throw new AppError('invalid_input', 'there is no token on standard input: paste it when asked, or pipe it in', { field: 'token' });
}

async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  // What is typed is echoed by readline to its output: nowhere.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const dialog = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await dialog.question('');
  } finally {
    dialog.close();
    note('');
  }
}
