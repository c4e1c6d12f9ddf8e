import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const LAUNCHER = fileURLToPath(new URL('../../../weir', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'weir launcher-'));
afterAll(() => rmSync(folder, { recursive: true }));

function launch(path: string, environment: Record<string, string> = {}) {
  return new Promise<{ code: number | string; stdout: string; stderr: string }>((resolve) => {
    execFile(path, ['--version'], { cwd: '/', env: { PATH: process.env['PATH'], ...environment } }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

test('it runs from any directory, through relative and absolute links', async () => {
  symlinkSync(LAUNCHER, join(folder, 'first'));
  mkdirSync(join(folder, 'bin dir'));
  symlinkSync('../first', join(folder, 'bin dir', 'weir'));
  expect(await launch(join(folder, 'bin dir', 'weir'))).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
});

test('without its dependencies it says what to run', async () => {
  copyFileSync(LAUNCHER, join(folder, 'weir'));
  expect(await launch(join(folder, 'weir'))).toEqual({
    code: 69,
    stdout: '',
    stderr: `weir: the dependencies are not installed; run: cd '${folder}' && npm run setup (or npm install)\n`,
  });
});

test('it needs no home', async () => {
  expect((await launch(LAUNCHER, { NODE_COMPILE_CACHE: '' })).stdout).toBe('0.1.0\n');
});
