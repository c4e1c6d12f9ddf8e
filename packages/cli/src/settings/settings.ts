/** One variable that Weir reads. */
export interface Setting {
  readonly name: string;
  /** Other names for it, understood where ours is absent. */
  readonly aliases?: readonly string[];
  /** As written in an env file; undefined = none, or found out by itself. */
  readonly absent?: string;
  readonly secret?: boolean;
  readonly meaning: string;
}

/** Settings about one matter. */
export interface Section {
  readonly title: string;
  readonly settings: readonly Setting[];
}

const HOST: Section = {
  title: 'The host',
  settings: [
    {
      name: 'WEIR_LISTEN',
      aliases: ['API_HOST'],
      absent: '127.0.0.1',
      meaning: 'address to listen on; 0.0.0.0 when nodes are on other machines',
    },
    { name: 'WEIR_PORT', aliases: ['API_PORT', 'FUXICTR_WORKFLOW_PORT'], absent: '7766', meaning: 'port; 0 = any free one' },
    { name: 'WEIR_ADVERTISE_URL', meaning: 'where other hosts and runners reach this host; absent: where it listens' },
    { name: 'WEIR_HEARTBEAT_MS', absent: '5000', meaning: 'how often runners say that they live' },
    { name: 'WEIR_NODE_LEASE_MS', absent: '15000', meaning: 'a node silent for longer is suspect: nothing more starts there' },
    { name: 'WEIR_NODE_LOST_AFTER_MS', absent: '60000', meaning: 'a node silent for longer has lost its jobs' },
    { name: 'WEIR_KEEP_JOBS_MS', absent: String(30 * 86_400_000), meaning: 'how long ended jobs are kept' },
    { name: 'WEIR_KEEP_AUDIT_MS', absent: String(365 * 86_400_000), meaning: 'how long audit entries are kept' },
    { name: 'WEIR_ENGINE_DIR', meaning: 'the engine whose model zoo ships; found by itself' },
    { name: 'FUXICTR_ROOT', meaning: 'a checkout of FuxiCTR that adds models and configurations' },
  ],
};

const STORE: Section = {
  title: 'The store that several hosts share; absent: a file of the Weir home',
  settings: [
    { name: 'WEIR_STORE', secret: true, meaning: 'postgres://user:password@host:5432/name' },
    { name: 'POSTGRES_HOST', meaning: 'or in parts' },
    { name: 'POSTGRES_PORT', absent: '5432', meaning: '' },
    { name: 'POSTGRES_DB', absent: 'weir', meaning: '' },
    { name: 'POSTGRES_USER', absent: 'weir', meaning: '' },
    { name: 'POSTGRES_PASSWORD', secret: true, meaning: '' },
    { name: 'WEIR_REDIS', secret: true, meaning: 'redis://:password@host:6379/0; absent: none' },
    { name: 'REDIS_HOST', meaning: 'or in parts' },
    { name: 'REDIS_PORT', absent: '6379', meaning: '' },
    { name: 'REDIS_DB', absent: '0', meaning: '' },
    { name: 'REDIS_PASSWORD', secret: true, meaning: '' },
  ],
};

const SCHEDULER: Section = {
  title: 'The scheduler',
  settings: [
    { name: 'WEIR_STRATEGY', absent: 'binpack', meaning: 'which node among those that fit: binpack, spread, least_loaded, round_robin' },
    { name: 'WEIR_WEIGHT_AGE', absent: '1000', meaning: 'weights of what makes a priority' },
    { name: 'WEIR_WEIGHT_FAIR_SHARE', absent: '2000', meaning: '' },
    { name: 'WEIR_WEIGHT_SIZE', absent: '100', meaning: '' },
    { name: 'WEIR_WEIGHT_USER', absent: '1000', meaning: '' },
    { name: 'WEIR_MAX_AGE_MS', absent: String(7 * 86_400_000), meaning: 'waiting longer counts no more' },
    { name: 'WEIR_USAGE_HALF_LIFE_MS', absent: String(7 * 86_400_000), meaning: 'after that long, use counts half' },
    { name: 'WEIR_BOOKINGS', absent: '10', meaning: 'waiting jobs that nothing behind them may delay' },
    { name: 'WEIR_UNLIMITED_MS', absent: String(365 * 86_400_000), meaning: 'how long a job without a time limit is thought to run' },
  ],
};

const RUNNER: Section = {
  title: 'The runner',
  settings: [
    { name: 'WEIR_HOST_URL', meaning: 'hosts to work for, with commas between them; absent: the one of this home' },
    { name: 'WEIR_NODE_NAME', aliases: ['NODE_NAME'], meaning: "the node's name; absent: the name that it joined with, or the machine's" },
    { name: 'WEIR_NODE_ADDRESS', meaning: 'how other nodes reach this one; absent: as the host sees it' },
    { name: 'WEIR_NODE_TOKEN_FILE', meaning: 'where "weir node join" left the token; absent: run/node-token of the Weir home' },
    { name: 'WEIR_CPUS', aliases: ['TOTAL_CPUS'], meaning: 'CPUs to offer; absent: those that the runner may use' },
    { name: 'WEIR_RUN_AS_USER', meaning: '1 = jobs run as the system user of the same name (the runner must be root)' },
    { name: 'WEIR_SHARED_DIR', aliases: ['HAKURIVER_SHARED_DIR'], meaning: 'folder that all nodes see, told to jobs' },
    { name: 'WEIR_LOCAL_TEMP_DIR', aliases: ['HAKURIVER_LOCAL_TEMP_DIR'], meaning: 'fast folder of this node, told to jobs' },
    { name: 'WEIR_DATA_ROOTS', meaning: 'folders whose files SQL may read, with colons between them' },
    { name: 'WEIR_ENGINE_PYTHON', meaning: 'Python of the engine; found by itself' },
  ],
};

const BOTH: Section = {
  title: 'Both',
  settings: [
    {
      name: 'WEIR_LOG_LEVEL',
      aliases: ['LOG_LEVEL', 'FUXICTR_LOG_LEVEL'],
      absent: 'info',
      meaning: 'fatal, error, warn, info, debug, trace, silent',
    },
  ],
};

const CALLER: Section = {
  title: 'The command line',
  settings: [
    { name: 'WEIR_HOST', meaning: 'host to talk to; absent: the one that runs in the Weir home' },
    { name: 'WEIR_TOKEN', secret: true, meaning: 'token to show there; absent: the credential of the Weir home' },
  ],
};

/** Everything that can be set. */
export const SECTIONS: readonly Section[] = [HOST, STORE, SCHEDULER, RUNNER, BOTH, CALLER];

export const SETTINGS: readonly Setting[] = SECTIONS.flatMap(({ settings }) => settings);
