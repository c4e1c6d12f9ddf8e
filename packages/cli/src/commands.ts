import type { Command } from 'commander';
import type { Config } from './config.ts';

/** A command: what `weir --help` says of it, and the module that knows the rest, loaded when it is called. */
export interface Leaf {
  readonly summary: string;
  readonly load: () => Promise<{ define: (command: Command, config: Config) => void }>;
}

/** A noun with its verbs. */
export interface Group {
  readonly summary: string;
  readonly verbs: Readonly<Record<string, Leaf>>;
}

export type Entry = Leaf | Group;

const job: Group = {
  summary: 'commands and scripts in the queue',
  verbs: {
    submit: { summary: 'queue a command or a script', load: () => import('./commands/job/job-submit.ts') },
    list: { summary: 'jobs, newest first', load: () => import('./commands/job/job-list.ts') },
    show: { summary: 'everything about one job', load: () => import('./commands/job/job-show.ts') },
    logs: { summary: "print or follow a job's output", load: () => import('./commands/job/job-logs.ts') },
    cancel: { summary: 'end jobs', load: () => import('./commands/job/job-cancel.ts') },
    pause: { summary: 'freeze a running job; it keeps its resources', load: () => import('./commands/job/job-pause.ts') },
    resume: { summary: 'let a paused job run on', load: () => import('./commands/job/job-resume.ts') },
    why: { summary: 'why a job waits, and what would start it', load: () => import('./commands/job/job-why.ts') },
    update: { summary: 'change jobs that wait', load: () => import('./commands/job/job-update.ts') },
    wait: { summary: 'wait until jobs have ended', load: () => import('./commands/job/job-wait.ts') },
  },
};

const workflow: Group = {
  summary: 'CTR workflows: from SQL to a loaded result table',
  verbs: {
    submit: { summary: 'start a workflow', load: () => import('./commands/workflow/workflow-submit.ts') },
    list: { summary: 'workflows, newest first', load: () => import('./commands/workflow/workflow-list.ts') },
    show: { summary: 'one workflow with its five stages', load: () => import('./commands/workflow/workflow-show.ts') },
    logs: { summary: 'what its stages said, progress and metrics', load: () => import('./commands/workflow/workflow-logs.ts') },
    summary: { summary: 'the result in one table', load: () => import('./commands/workflow/workflow-summary.ts') },
    report: { summary: 'the report of a completed workflow', load: () => import('./commands/workflow/workflow-report.ts') },
    retry: { summary: 'go on with a failed or cancelled workflow', load: () => import('./commands/workflow/workflow-retry.ts') },
    cancel: { summary: 'end a workflow and its running stage', load: () => import('./commands/workflow/workflow-cancel.ts') },
    delete: { summary: 'forget an ended workflow and its files', load: () => import('./commands/workflow/workflow-delete.ts') },
  },
};

const warehouse: Group = {
  summary: 'where SQL runs and results land',
  verbs: {
    list: { summary: 'warehouses that workflows may name', load: () => import('./commands/warehouse/warehouse-list.ts') },
    query: { summary: 'run a query and print its rows', load: () => import('./commands/warehouse/warehouse-query.ts') },
  },
};

const node: Group = {
  summary: 'machines that offer resources',
  verbs: {
    list: { summary: 'nodes with their free resources', load: () => import('./commands/node/node-list.ts') },
    show: { summary: 'one node', load: () => import('./commands/node/node-show.ts') },
    join: { summary: 'make this machine a node of a host', load: () => import('./commands/node/node-join.ts') },
    drain: { summary: 'start nothing more on nodes; their jobs go on', load: () => import('./commands/node/node-drain.ts') },
    resume: { summary: 'let drained nodes take jobs again', load: () => import('./commands/node/node-resume.ts') },
    label: { summary: 'set labels of a node, and take labels away', load: () => import('./commands/node/node-label.ts') },
    usage: { summary: 'what a node was doing, by the minute', load: () => import('./commands/node/node-usage.ts') },
    remove: { summary: 'forget a node and its token', load: () => import('./commands/node/node-remove.ts') },
  },
};

const token: Group = {
  summary: 'secrets that let people, programs and machines in',
  verbs: {
    create: { summary: 'a new token, shown once', load: () => import('./commands/token/token-create.ts') },
    list: { summary: 'tokens, never their secrets', load: () => import('./commands/token/token-list.ts') },
    revoke: { summary: 'make tokens useless at once', load: () => import('./commands/token/token-revoke.ts') },
  },
};

const user: Group = {
  summary: 'who may use this fleet',
  verbs: {
    create: { summary: 'add a user; prints the first token', load: () => import('./commands/user/user-create.ts') },
    list: { summary: 'all users', load: () => import('./commands/user/user-list.ts') },
    show: { summary: 'one user', load: () => import('./commands/user/user-show.ts') },
    update: { summary: 'change role, default account or limits', load: () => import('./commands/user/user-update.ts') },
    remove: { summary: 'remove a user and cancel the jobs', load: () => import('./commands/user/user-remove.ts') },
  },
};

const account: Group = {
  summary: 'who is charged: shares, members, limits',
  verbs: {
    create: { summary: 'add an account', load: () => import('./commands/account/account-create.ts') },
    list: { summary: 'accounts with shares and usage', load: () => import('./commands/account/account-list.ts') },
    show: { summary: 'one account', load: () => import('./commands/account/account-show.ts') },
    update: { summary: 'change shares, members or limits', load: () => import('./commands/account/account-update.ts') },
    remove: { summary: 'remove an account', load: () => import('./commands/account/account-remove.ts') },
  },
};

const reservation: Group = {
  summary: 'nodes kept for some, or for maintenance, during a time',
  verbs: {
    create: { summary: 'keep nodes', load: () => import('./commands/reservation/reservation-create.ts') },
    list: { summary: 'reservations that are not over', load: () => import('./commands/reservation/reservation-list.ts') },
    remove: { summary: 'end a reservation', load: () => import('./commands/reservation/reservation-remove.ts') },
  },
};

const audit: Group = {
  summary: 'who did what',
  verbs: { list: { summary: 'entries, newest first', load: () => import('./commands/audit/audit-list.ts') } },
};

const event: Group = {
  summary: 'everything that happened',
  verbs: { list: { summary: 'events in order', load: () => import('./commands/event/event-list.ts') } },
};

const init: Group = {
  summary: 'files to start with',
  verbs: {
    config: { summary: 'an env file with every setting', load: () => import('./commands/init/init-config.ts') },
    service: { summary: 'systemd units', load: () => import('./commands/init/init-service.ts') },
  },
};

const config: Group = {
  summary: 'settings of this machine',
  verbs: {
    show: { summary: 'settings as they count, and where they come from', load: () => import('./commands/config/config-show.ts') },
    import: { summary: "take over another system's configuration", load: () => import('./commands/config/config-import.ts') },
  },
};

/** Every command of `weir`, in the order of its help. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  up: { summary: 'start the host and a runner on this machine', load: () => import('./commands/up.ts') },
  down: { summary: 'stop them', load: () => import('./commands/down.ts') },
  status: { summary: 'whether they run, and how busy they are', load: () => import('./commands/status.ts') },
  open: { summary: 'print a link into the pages for your browser', load: () => import('./commands/open.ts') },
  login: { summary: 'keep the token for a host elsewhere', load: () => import('./commands/login.ts') },
  logout: { summary: 'forget it', load: () => import('./commands/logout.ts') },
  job,
  queue: { summary: 'the jobs that wait, in the order of their start', load: () => import('./commands/queue.ts') },
  sweep: { summary: 'run a program with every combination of values', load: () => import('./commands/sweep.ts') },
  workflow,
  warehouse,
  node,
  token,
  user,
  account,
  reservation,
  event,
  audit,
  init,
  config,
  host: { summary: 'run only the host, in the foreground', load: () => import('./commands/host.ts') },
  migrate: { summary: 'move the store of this home to PostgreSQL', load: () => import('./commands/migrate.ts') },
  runner: { summary: 'run only a runner, in the foreground', load: () => import('./commands/runner.ts') },
};
