import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes a folder with a tool of the driver that tells of `count` GPUs; the folder is to come first in the PATH of a runner. */
export function makeGpuTool(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const lines = Array.from({ length: count }, (_, index) => `${index}, 00000000:0${index + 1}:00.0, 8192, 550.54.15, Fake\\n`).join('');
  const script = ['#!/bin/sh', 'case "$*" in', `*pci.bus_id*) printf "${lines}" ;;`, '*) exec sleep 86400 ;;', 'esac'];
  writeFileSync(join(folder, 'nvidia-smi'), `${script.join('\n')}\n`, { mode: 0o755 });
}
