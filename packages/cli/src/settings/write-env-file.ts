import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError } from '@weir/contract/client';
import { writeFileAtomic } from '@weir/runtime/files';

/** Writes settings for the owner's eyes alone (mode 0600); throws `already_exists` unless it may replace a file that is there. */
export function writeEnvFile(path: string, text: string, options: { readonly force: boolean }): string {
  const whole = resolve(path);
  if (!options.force && existsSync(whole))
    throw new AppError('already_exists', `${whole} is there already: give --force to replace it, or --output another`, {
      field: '--output',
      value: path,
    });
  writeFileAtomic(whole, text, 0o600);
  return whole;
}
