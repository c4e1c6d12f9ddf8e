import type { FileHandle } from 'node:fs/promises';

const BLOCK_BYTES = 256 * 1024;
const LOOK_BACK_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * The byte at which the last `lines` lines of a file of `size` bytes begin. Reads backwards in blocks, so memory stays flat;
 * looks at no more than the last 64 MiB. A last line without a newline counts as a line.
 */
export async function findTailStart(file: FileHandle, size: number, lines: number): Promise<number> {
  if (lines === 0) return size;
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  const floor = Math.max(0, size - LOOK_BACK_BYTES);
  let missing = lines;
  let end = size - 1; // a newline that ends the file ends its last line and begins none
  while (end > floor) {
    const start = Math.max(floor, end - BLOCK_BYTES);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    for (let at = findNewline(block, bytesRead); at >= 0; at = findNewline(block, at)) {
      missing -= 1;
      if (missing === 0) return start + at + 1;
    }
    end = start;
  }
  return floor;
}

/** The last newline before `end`; -1 when there is none. */
function findNewline(block: Buffer, end: number): number {
  return end === 0 ? -1 : block.lastIndexOf(NEWLINE, end - 1);
}
