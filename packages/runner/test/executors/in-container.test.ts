import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { DockerEngine } from '../servers/docker-engine.ts';

const SCRIPT = join(import.meta.dirname, 'systemd/run-in-container.ts');

const missing = await DockerEngine.findMissing();
if (missing !== undefined) process.stderr.write(`The systemd executor is not tested in a container: ${missing}.\n`);

test.skipIf(missing !== undefined)(
  'scopes hold, limit, bind, pause and end jobs where systemd is process 1',
  () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], { encoding: 'utf8', timeout: 480_000 });
    const output = stripVTControlCharacters(`${stdout}\n${stderr}`);
    expect(output).toMatch(/Tests +\d+ passed \(\d+\)/);
    expect(status).toBe(0);
  },
  500_000,
);
