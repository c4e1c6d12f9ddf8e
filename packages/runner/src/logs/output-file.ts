import { constants, type BigIntStats } from 'node:fs';
import { open, readlink, type FileHandle } from 'node:fs/promises';
import { hasErrorCode } from '../error-code.ts';

/** Output that can be read, and the path to watch for more. */
export interface OpenOutput {
  readonly file: FileHandle;
  readonly path: string;
}

/**
 * Opens the output of an attempt: the file in its job's folder, or the user's file that a link there tells by device, inode and path.
 * Undefined when there is no such output. Throws what a user may read when the user's file is no longer the one that was written to.
 */
export async function openOutput(own: string): Promise<OpenOutput | undefined> {
  try {
    return { file: await open(own, constants.O_RDONLY | constants.O_NOFOLLOW), path: own };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    if (!hasErrorCode(error, 'ELOOP')) throw error;
  }
  return openUserFile(await readlink(own));
}

async function openUserFile(link: string): Promise<OpenOutput> {
  const [, device = '', inode = '', path = ''] = /^(\d+):(\d+):(.*)$/s.exec(link) ?? [];
  const file = await openUnblocked(path);
  const facts = await file?.stat({ bigint: true });
  if (file !== undefined && facts !== undefined && isSame(facts, device, inode)) return { file, path };
  await file?.close();
  throw new Error(`the output file ${path} was moved, replaced or deleted`);
}

/** A file that was replaced by a fifo must not hold us up. */
async function openUnblocked(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].some((code) => hasErrorCode(error, code))) return undefined;
    throw error;
  }
}

function isSame(facts: BigIntStats, device: string, inode: string): boolean {
  return String(facts.dev) === device && String(facts.ino) === inode;
}
