import { homedir, hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { readAdvertiseUrl, readRedisUrl, readStoreUrl } from './config/cluster-config.ts';
import { readHostId } from './config/host-id.ts';
import { readPolicy, readRetention, type Retention } from './config/policy-config.ts';
import { readChoice, readInteger, readText, type Environment } from './config/variables.ts';
import type { Policy } from './scheduler/core/model.ts';

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
  /** `postgres://…` of a store that several hosts share, or the path of this host's own SQLite file. */
  readonly storeUrl: string;
  /** `redis://…` that the hosts meet at; undefined = none: everything works, changes of other hosts arrive later. */
  readonly redisUrl: string | undefined;
  /** Stays the same as long as the home. */
  readonly hostId: string;
  /** Where other hosts reach this one; undefined = where it listens. */
  readonly advertiseUrl: string | undefined;
  readonly policy: Policy;
  readonly retention: Retention;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
/** What other programs call these levels. */
const LOG_LEVEL_NAMES = { critical: 'fatal', warning: 'warn', notice: 'info', none: 'silent' } as const;

/**
 * Reads the configuration of this process; throws `invalid_input` naming the variable. An empty variable counts as not set; the names
 * that conductor and the FuxiCTR workflow gave to the same things are understood where ours is absent.
 */
export function readConfig(env: Environment = process.env): HostConfig {
  const home = resolve(readText(env, 'WEIR_HOME') ?? join(homedir(), '.weir'));
  return {
    home,
    listen: readText(env, 'WEIR_LISTEN', 'API_HOST') ?? '127.0.0.1',
    port: readInteger(env, ['WEIR_PORT', 'API_PORT', 'FUXICTR_WORKFLOW_PORT'], { absent: 7766, most: 65_535 }),
    logLevel: readChoice(env, ['WEIR_LOG_LEVEL', 'LOG_LEVEL', 'FUXICTR_LOG_LEVEL'], {
      absent: 'info',
      of: LOG_LEVELS,
      alias: LOG_LEVEL_NAMES,
    }),
    localUser: toIdentifier(userInfo().username),
    localNode: toIdentifier(readText(env, 'WEIR_NODE_NAME', 'NODE_NAME') ?? hostname()),
    engineDir: readText(env, 'WEIR_ENGINE_DIR'),
    fuxictrRoot: readText(env, 'FUXICTR_ROOT'),
    heartbeatMs: readInteger(env, ['WEIR_HEARTBEAT_MS'], { absent: 5_000, least: 1 }),
    leaseMs: readInteger(env, ['WEIR_NODE_LEASE_MS'], { absent: 15_000, least: 10 }),
    lostAfterMs: readInteger(env, ['WEIR_NODE_LOST_AFTER_MS'], { absent: 60_000, least: 10 }),
    storeUrl: readStoreUrl(env) ?? join(home, 'weir.db'),
    redisUrl: readRedisUrl(env),
    hostId: readHostId(home),
    advertiseUrl: readAdvertiseUrl(env),
    policy: readPolicy(env),
    retention: readRetention(env),
  };
}

/** Makes a name allowed as an identifier: other characters become `-`. */
function toIdentifier(name: string): string {
  const cleaned = name
    .replace(/[^A-Za-z0-9_.-]/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 100);
  return cleaned === '' ? 'local' : cleaned;
}
