import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isMissing } from '@weir/runtime/files';

const TIMEOUT_MS = 20_000;

/** What systemd finds wrong with unit files, a line each; nothing when it is content, or not here. */
export async function verifyUnits(paths: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await promisify(execFile)('systemd-analyze', ['verify', ...paths], { timeout: TIMEOUT_MS }).catch(
    (error: unknown) => {
      if (isMissing(error)) return { stdout: '', stderr: '' };
      if (error instanceof Error && 'stderr' in error) return { stdout: '', stderr: String(error.stderr) };
      throw error;
    },
  );
  return `${stdout}\n${stderr}`.split('\n').filter((line) => paths.some((path) => line.startsWith(path)) || line.includes('weir-'));
}
