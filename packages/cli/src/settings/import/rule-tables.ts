import { none, part, setting, type RuleTable } from './rule.ts';

const LOGS = 'Weir says what it does on standard error and in logs/ of its home';
const CONTAINERS = 'there are no containers yet';
const LISTENS_NOWHERE = 'runners dial out and listen nowhere';
const NO_QUEUE = 'there is no separate queue: the store is the queue';
const KEPT_AT_HOME = 'kept below the Weir home';

/** HakuRiver's `config.toml`. */
export const HAKURIVER: RuleTable = {
  'network.host_bind_ip': setting('WEIR_LISTEN'),
  'network.host_port': setting('WEIR_PORT', 'port'),
  'network.host_reachable_address': part(),
  'network.runner_address': setting('WEIR_NODE_ADDRESS'),
  'network.runner_port': none(LISTENS_NOWHERE),
  'network.host_ssh_proxy_port': none('there is no SSH gateway yet'),
  'paths.shared_dir': setting('WEIR_SHARED_DIR'),
  'paths.local_temp_dir': setting('WEIR_LOCAL_TEMP_DIR'),
  'paths.numactl_path': none('CPUs and memory are bound without it'),
  'paths.host_log_file': none(LOGS),
  'paths.runner_log_file': none(LOGS),
  'database.db_file': none('Weir starts with a store of its own; tasks of HakuRiver are not taken over'),
  'timing.heartbeat_interval': setting('WEIR_HEARTBEAT_MS', 'seconds'),
  'timing.heartbeat_timeout_factor': part('factor'),
  'timing.cleanup_check_interval': none('silence is noticed as it happens'),
  'timing.resource_check_interval': none('usage is measured with each heartbeat'),
  'environment.runner_user': none('use "weir init service --runner --user NAME"'),
  'docker.*': none(CONTAINERS),
};

/** The `app.properties` of scns-conductor, and the environment file of the FuxiCTR workflow. */
export const PROPERTIES: RuleTable = {
  POSTGRES_HOST: setting('POSTGRES_HOST'),
  POSTGRES_PORT: setting('POSTGRES_PORT', 'port'),
  POSTGRES_DB: setting('POSTGRES_DB'),
  POSTGRES_USER: setting('POSTGRES_USER'),
  POSTGRES_PASSWORD: setting('POSTGRES_PASSWORD'),
  REDIS_HOST: setting('REDIS_HOST'),
  REDIS_PORT: setting('REDIS_PORT', 'port'),
  REDIS_DB: setting('REDIS_DB', 'count'),
  REDIS_PASSWORD: setting('REDIS_PASSWORD'),
  RQ_QUEUE_NAME: none(NO_QUEUE),
  RQ_RESULT_TTL: none(NO_QUEUE),
  API_HOST: setting('WEIR_LISTEN'),
  API_PORT: setting('WEIR_PORT', 'port'),
  API_WORKERS: none('one host serves all; start more hosts on one store'),
  WORKER_CONCURRENCY: none('a node runs as many jobs as its resources hold'),
  WORKER_BURST: none('runners stay'),
  NODE_NAME: setting('WEIR_NODE_NAME'),
  TOTAL_CPUS: setting('WEIR_CPUS', 'count'),
  DEFAULT_PARTITION: none('use "weir node label NODE partition=NAME"; nodes without one take jobs of every partition'),
  LOG_LEVEL: setting('WEIR_LOG_LEVEL', 'level'),
  LOG_FILE: none(LOGS),
  JOB_WORK_BASE_DIR: none(KEPT_AT_HOME),
  SCRIPT_DIR: none(KEPT_AT_HOME),
  FUXICTR_ROOT: setting('FUXICTR_ROOT'),
  FUXICTR_VENV: none('the engine has an environment of its own'),
  FUXICTR_DATA_ROOT: setting('WEIR_DATA_ROOTS'),
  FUXICTR_PROCESSED_ROOT: none(KEPT_AT_HOME),
  FUXICTR_WORKFLOW_DATASETS: none(KEPT_AT_HOME),
  FUXICTR_WORKFLOW_PROCESSED: none(KEPT_AT_HOME),
  FUXICTR_WORKFLOW_MODELS: none(KEPT_AT_HOME),
  FUXICTR_WORKFLOW_LOGS: none(KEPT_AT_HOME),
  FUXICTR_DASHBOARD_LOG_DIR: none(LOGS),
  FUXICTR_DB_BACKUP_DIR: none('back the Weir home up instead'),
  FUXICTR_CONFIG_PATH: none('import that file, too'),
  FUXICTR_SERVER_21_HOST: none('there are no transfers to other machines yet'),
  FUXICTR_SERVER_21_USER: none('there are no transfers to other machines yet'),
  FUXICTR_SERVER_21_PORT: none('there are no transfers to other machines yet'),
  FUXICTR_SERVER_21_KEY_PATH: none('there are no transfers to other machines yet'),
  FUXICTR_SERVER_21_STAGING: none('there are no transfers to other machines yet'),
  FUXICTR_WORKFLOW_PORT: setting('WEIR_PORT', 'port'),
  FUXICTR_DASHBOARD_PORT: none('there is no second server for pages'),
  FUXICTR_LOG_LEVEL: setting('WEIR_LOG_LEVEL', 'level'),
};

/** The `config.yaml` of the FuxiCTR workflow. */
export const WORKFLOW: RuleTable = {
  'servers.*': none('there are no transfers to other machines yet; machines that compute are nodes: "weir node join"'),
  'storage.dashboard_data_root': setting('WEIR_DATA_ROOTS'),
  'storage.*': none(KEPT_AT_HOME),
  'fuxictr_paths.*': none(KEPT_AT_HOME),
  'transfer.*': none('there are no transfers to other machines yet'),
  'workflow.heartbeat_interval': none('stages are jobs: their nodes beat'),
  'workflow.task_timeout': none('a stage may take as long as it needs'),
  'workflow.log_rotation_size': none('logs are read piece by piece, however large'),
  'workflow.*': none('a workflow says so at its submit'),
  'database.path': none('Weir starts with a store of its own'),
  'database.backup_dir': none('back the Weir home up instead'),
  'logging.level': setting('WEIR_LOG_LEVEL', 'level'),
  'logging.*': none(LOGS),
};
