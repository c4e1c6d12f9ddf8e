import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readTextIfThere, writeFileAtomic } from '@weir/runtime';

/** The id of the host of a Weir home, made up at its first start: it stays what it is whatever the machine is called. */
export function readHostId(home: string): string {
  const path = join(home, 'host-id');
  const known = readTextIfThere(path)?.trim();
  if (known !== undefined && /^[0-9a-f-]{36}$/.test(known)) return known;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const made = randomUUID();
  writeFileAtomic(path, `${made}\n`);
  return made;
}
