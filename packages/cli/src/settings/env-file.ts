import { join } from 'node:path';
import { AppError } from '@weir/contract/client';
import { readTextIfThere } from '@weir/runtime/files';
import { parseEnvLines } from './env-text.ts';

/** The settings of a Weir home, in `NAME=value` lines; variables of the process win over them. */
export function envFileOf(home: string): string {
  return join(home, 'weir.env');
}

/** Reads the settings of a home; none when it has no such file. Throws `invalid_config` for quotes that do not end their value. */
export function readEnvFile(home: string): Record<string, string> {
  const path = envFileOf(home);
  return parseEnvText(readTextIfThere(path) ?? '', path);
}

/** Reads `NAME=value` lines with comments and quotes, as systemd does; empty values count as not set. */
export function parseEnvText(text: string, path = 'weir.env'): Record<string, string> {
  return Object.fromEntries([...parseEnvLines(text, { path, dialect: 'systemd' })].filter(([, value]) => value !== ''));
}

/** Writes a line that a shell, systemd and we read alike; throws `invalid_input` for a value that none of them can hold. */
export function formatLine(name: string, value: string): string {
  if (/^[\w@%+=:,./-]*$/.test(value)) return `${name}=${value}`;
  if (!/['\r\n]/.test(value)) return `${name}='${value}'`;
  if (!/["\\$`\r\n]/.test(value)) return `${name}="${value}"`;
  throw new AppError('invalid_input', `the value of ${name} has both kinds of quotes, or lines: set it in the environment instead`, {
    field: name,
  });
}
