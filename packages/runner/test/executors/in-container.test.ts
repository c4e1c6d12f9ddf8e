import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';

const SCRIPT = join(import.meta.dirname, 'systemd/run-in-container.ts');
const IMAGE = join(homedir(), '.cache/weir/weir-systemd-node.tar');

/** What this machine lacks to run systemd in a container; undefined = nothing. */
function findMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root';
  const program = ['docker', 'dockerd'].find((name) => spawnSync(name, ['--version']).error !== undefined);
  if (program !== undefined) return `${program} is not installed`;
  return existsSync(IMAGE) ? undefined : `its image ${IMAGE} has not been made: run node ${SCRIPT} once`;
}

const missing = findMissing();
if (missing !== undefined) process.stderr.write(`The systemd executor is not tested in a container: ${missing}.\n`);

test.skipIf(missing !== undefined)(
  'scopes hold, limit, bind, pause and end jobs where systemd is process 1',
  () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], { encoding: 'utf8', timeout: 280_000 });
    const output = stripVTControlCharacters(`${stdout}\n${stderr}`);
    expect(output).toMatch(/Tests +\d+ passed \(\d+\)/);
    expect(status).toBe(0);
  },
  300_000,
);
