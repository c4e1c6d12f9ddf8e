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
  },
};

const event: Group = {
  summary: 'everything that happened',
  verbs: { list: { summary: 'events in order', load: () => import('./commands/event/event-list.ts') } },
};

/** Every command of `weir`, in the order of its help. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  up: { summary: 'start the host and a runner on this machine', load: () => import('./commands/up.ts') },
  down: { summary: 'stop them', load: () => import('./commands/down.ts') },
  status: { summary: 'whether they run, and how busy they are', load: () => import('./commands/status.ts') },
  open: { summary: 'print a link into the pages for your browser', load: () => import('./commands/open.ts') },
  job,
  workflow,
  warehouse,
  node,
  event,
  host: { summary: 'run only the host, in the foreground', load: () => import('./commands/host.ts') },
  runner: { summary: 'run only a runner, in the foreground', load: () => import('./commands/runner.ts') },
};
