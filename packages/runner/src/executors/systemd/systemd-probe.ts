import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { errorText, hasErrorCode } from '../../error-code.ts';
import { readScopeLayout, type ScopeLayout } from './scope-layout.ts';

/** Whether scopes can be started on this node, and if not, why. */
export type SystemdProbe = { readonly usable: true; readonly layout: ScopeLayout } | { readonly usable: false; readonly reason: string };

/** The slice that holds the scopes of all attempts. */
export const SLICE = 'weir.slice';

const TIMEOUT_MS = 10_000;

/** Finds out by starting a scope. */
export async function probeSystemd(searchPath: string): Promise<SystemdProbe> {
  const init = readFileSync('/proc/1/comm', 'utf8').trim();
  if (init !== 'systemd' || !existsSync('/run/systemd/system')) return unusable(`it needs systemd as process 1, which is "${init}" here`);
  if (process.getuid?.() !== 0) return unusable('the runner must be root to start scopes');
  const layout = readScopeLayout({
    mountinfo: readFileSync('/proc/self/mountinfo', 'utf8'),
    cgroupOfInit: readFileSync('/proc/1/cgroup', 'utf8'),
  });
  if (layout === undefined) return unusable("systemd's control groups are not mounted");
  try {
    const args = ['--scope', '--quiet', '--collect', `--slice=${SLICE}`, `--unit=weir-probe-${process.pid}`, '--', 'true'];
    await promisify(execFile)('systemd-run', args, { timeout: TIMEOUT_MS, env: { PATH: searchPath } });
    return { usable: true, layout };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return unusable('systemd-run is not installed');
    return unusable(`systemd-run cannot start a scope: ${errorText(error).trim().slice(0, 300)}`);
  }
}

function unusable(reason: string): SystemdProbe {
  return { usable: false, reason };
}
