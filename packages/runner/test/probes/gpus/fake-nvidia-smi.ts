import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a call of the tool does: shell text. */
export interface NvidiaSmiScript {
  /** For the question what GPUs there are. */
  readonly inventory?: string;
  /** For the question what they do, asked once and answered again and again. */
  readonly usage?: string;
}

/** A scripted nvidia-smi in a folder of its own: stands in for a machine with GPUs. */
export class FakeNvidiaSmi {
  readonly folder = mkdtempSync(join(tmpdir(), 'weir-smi-'));
  readonly path = join(this.folder, 'nvidia-smi');

  constructor(script: NvidiaSmiScript) {
    const { inventory = 'exit 9', usage = 'exit 9' } = script;
    const calls = join(this.folder, 'calls');
    const text = `#!/bin/sh\necho "$*" >> ${calls}\ncase "$*" in *--loop-ms=*) ${usage} ;; *) ${inventory} ;; esac\n`;
    writeFileSync(this.path, text);
    chmodSync(this.path, 0o755);
  }

  /** The arguments of each call so far. */
  calls(): string[] {
    try {
      return readFileSync(join(this.folder, 'calls'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true });
  }
}
