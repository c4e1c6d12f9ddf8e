import { homedir, hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '@weir/contract';

/** Everything that the host is told from outside. Times in milliseconds. */
export interface HostConfig {
  /** Weir home: every path that the host writes lies below it. */
  readonly home: string;
  readonly listen: string;
  /** 0 = a free one. */
  readonly port: number;
  readonly logLevel: string;
  /** The OS user; owner of the local credential, admin. */
  readonly localUser: string;
  /** Name of the node on this machine. */
  readonly localNode: string;
  /** Folder of the engine whose model zoo ships with Weir; undefined = none. */
  readonly engineDir: string | undefined;
  /** A FuxiCTR checkout that adds models and user configurations. */
  readonly fuxictrRoot: string | undefined;
  readonly heartbeatMs: number;
  /** A node silent for longer is suspect. */
  readonly leaseMs: number;
  /** A node silent for longer has lost its jobs (never the local node: its runner follows them again). */
  readonly lostAfterMs: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the configuration of this process; throws `invalid_input` naming the variable. */
export function readConfig(env: Env = process.env): HostConfig {
  return {
    home: resolve(env['WEIR_HOME'] ?? join(homedir(), '.weir')),
    listen: env['WEIR_LISTEN'] ?? '127.0.0.1',
    port: readInteger(env, 'WEIR_PORT', { absent: 7766, most: 65_535 }),
    logLevel: env['WEIR_LOG_LEVEL'] ?? 'info',
    localUser: toIdentifier(userInfo().username),
    localNode: toIdentifier(env['WEIR_NODE_NAME'] ?? hostname()),
    engineDir: env['WEIR_ENGINE_DIR'],
    fuxictrRoot: env['FUXICTR_ROOT'],
    heartbeatMs: readInteger(env, 'WEIR_HEARTBEAT_MS', { absent: 5_000 }),
    leaseMs: readInteger(env, 'WEIR_NODE_LEASE_MS', { absent: 15_000 }),
    lostAfterMs: readInteger(env, 'WEIR_NODE_LOST_AFTER_MS', { absent: 60_000 }),
  };
}

function readInteger(env: Env, name: string, range: { absent: number; most?: number }): number {
  const { absent, most = Number.MAX_SAFE_INTEGER } = range;
  const text = env[name];
  if (text === undefined) return absent;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > most || text.trim() === '') {
    throw new AppError('invalid_input', `${name}=${text} must be a whole number from 0 to ${most}`, { field: name, value: text });
  }
  return value;
}

/** Makes a name allowed as an identifier: other characters become `-`. */
function toIdentifier(name: string): string {
  const cleaned = name
    .replace(/[^A-Za-z0-9_.-]/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 100);
  return cleaned === '' ? 'local' : cleaned;
}
