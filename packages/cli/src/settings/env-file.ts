import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { AppError } from '@weir/contract/client';
import { readTextIfThere } from '@weir/runtime/files';

/** The settings of a Weir home, in `NAME=value` lines; variables of the process win over them. */
export function envFileOf(home: string): string {
  return join(home, 'weir.env');
}

/** Reads the settings of a home; none when it has no such file. */
export function readEnvFile(home: string): Record<string, string> {
  const text = readTextIfThere(envFileOf(home));
  return text === undefined ? {} : parseEnvText(text);
}

/** Reads `NAME=value` lines with comments and quotes; empty values count as not set. */
export function parseEnvText(text: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parseEnv(text)).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  );
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
