import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder that looks like a part of /sys. */
export class FakeSys {
  readonly root = mkdtempSync(join(tmpdir(), 'weir-sys-'));

  write(path: string, text: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  dispose(): void {
    rmSync(this.root, { recursive: true });
  }
}
