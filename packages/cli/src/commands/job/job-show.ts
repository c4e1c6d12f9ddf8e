import type { Command } from 'commander';
import { formatBytes, formatTarget, jobHasEnded, type Job, type JobMember } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readId } from '../../input/numbers.ts';
import { examples, handle } from '../../invocation.ts';
import { colorOfState, formatCommand, formatElapsed, formatName, formatTasks, formatWaiting } from '../../jobs/job-text.ts';
import { printCard, type Cell } from '../../output/table.ts';
import { paint, printable, printJson } from '../../output/terminal.ts';
import { formatIds } from '../../output/id-ranges.ts';
import { formatSpan, formatTime } from '../../output/times.ts';

/** `weir job show`. */
export function define(command: Command, config: Config): void {
  command.argument('<id>', 'the job').addHelpText('after', examples('weir job show 12'));
  handle(command, config, async (call) => {
    const params = { job_id: readId('job', call.args[0]) };
    const job = await call.connect().client.jobShow({ params });
    await (call.json ? printJson(job) : printCard(`job ${job.job_id}  ${formatName(job)}`, describeFacts(job)));
  });
}

function describeFacts(job: Job): (readonly [string, Cell | null])[] {
  return [
    ['state', describeState(job)],
    ['exit', describeExit(job)],
    ['user', job.account === job.user || job.account === 'default' ? job.user : `${job.user}, charged to ${job.account}`],
    ['kind', job.executor === 'process' ? job.kind : `${job.kind}, by ${job.executor}`],
    ['command', job.command === null ? null : formatCommand(job.command)],
    ['workdir', job.workdir],
    ['stdout', job.stdout],
    ['stderr', job.stderr],
    ['comment', job.comment],
    [
      'array',
      job.array === null
        ? null
        : `${job.array.spec}: ${formatTasks(job.array)}${job.array.waiting === 0 ? '' : `, ${job.array.waiting} waiting`}`,
    ],
    ['task', job.array_id === null ? null : `${job.array_index ?? 0} of array ${job.array_id}`],
    ['batch', job.batch_id === job.job_id ? null : job.batch_id],
    ...describePlace(job),
    ['resources', describeResources(job)],
    ['priority', job.class === 'normal' ? job.priority : `${job.priority}, class ${job.class}`],
    ['time limit', job.time_limit_ms === null ? null : formatSpan(job.time_limit_ms)],
    ['attempt', job.array !== null ? null : job.requeue ? `${job.attempt} (runs again when its node is lost)` : job.attempt],
    ['made room', job.preemptions === 0 ? null : `${job.preemptions} ${job.preemptions === 1 ? 'time' : 'times'}`],
    ['workflow', job.workflow_id === null ? null : `${job.workflow_id}${job.stage === null ? '' : `, stage ${job.stage}`}`],
    ['depends', job.depends.length === 0 ? null : job.depends.map(({ kind, job_id }) => `${kind}:${job_id}`).join(', ')],
    ...describeTimes(job),
  ];
}

function describeTimes(job: Job): (readonly [string, Cell | null])[] {
  return [
    ['submitted', formatTime(job.submitted_at)],
    ['begins', job.begin_at === null || job.started_at !== null ? null : formatTime(job.begin_at)],
    ['started', job.started_at === null ? null : formatTime(job.started_at)],
    ['ended', job.ended_at === null ? null : formatTime(job.ended_at)],
    [job.started_at === null && !jobHasEnded(job) ? 'waiting' : 'waited', formatWaiting(job)],
    ['elapsed', formatElapsed(job)],
  ];
}

/** Where it asks to run, and where it runs or ran: one line per node of a gang, or of a job that is bound to parts of its node. */
function describePlace(job: Job): (readonly [string, Cell | null])[] {
  const labels = Object.entries(job.labels).map(([key, value]) => `${key}=${value}`);
  const bound = job.members.filter((member) => job.members.length > 1 || member.cpu_ids.length > 0 || member.numa !== null);
  return [
    ['target', job.target === null ? null : formatTarget(job.target)],
    ['labels', labels.length === 0 ? null : labels.join(', ')],
    ['partition', job.partition],
    ['node', bound.length > 1 ? null : job.node],
    ...bound.map(
      (member) =>
        [
          bound.length > 1 ? `rank ${member.rank}` : 'bound to',
          bound.length > 1 ? describeGangMember(job, member) : describeBinding(member),
        ] as const,
    ),
  ];
}

function describeGangMember(job: Job, member: JobMember): string {
  const gpus = member.gpu_ids.length === 0 ? '' : `GPUs ${formatIds(member.gpu_ids)}`;
  return [member.node, describeBinding(member), gpus, describeMemberEnd(job, member)].filter((part) => part !== '').join(', ');
}

function describeBinding({ numa, cpu_ids: cpuIds }: JobMember): string {
  return [...(numa === null ? [] : [`NUMA node ${numa}`]), ...(cpuIds.length === 0 ? [] : [`CPUs ${formatIds(cpuIds)}`])].join(', ');
}

/** How a gang's part ended; that the job failed by it. */
function describeMemberEnd(job: Job, { rank, released, reason }: JobMember): string {
  if (!released) return '';
  return `${reason === null ? 'ended' : printable(reason)}${rank === job.failed_rank ? ' (the job failed by it)' : ''}`;
}

function describeState(job: Job): Cell {
  const reason = job.reason === null ? '' : ` (${printable(job.reason)})`;
  return { painted: `${paint(colorOfState(job.state), job.state)}${reason}` };
}

function describeExit(job: Job): string | null {
  if (job.exit_signal !== null) return `signal ${job.exit_signal}`;
  return job.exit_code === null ? null : `code ${job.exit_code}`;
}

function describeResources(job: Job): string {
  const each = job.nodes === 1 ? '' : `${job.nodes} nodes with `;
  return (
    each +
    [describeCores(job), job.memory_bytes === null ? 'no memory limit' : formatBytes(job.memory_bytes), ...describeGpus(job)].join(', ')
  );
}

function describeCores(job: Job): string {
  if (job.exclusive) return 'all cores';
  const tasks = job.ntasks_per_node === null ? '' : ` (${job.ntasks_per_node} ${job.ntasks_per_node === 1 ? 'task' : 'tasks'})`;
  return job.cpus === 0 ? 'no core reserved' : `${job.cpus} ${job.cpus === 1 ? 'core' : 'cores'}${tasks}`;
}

function describeGpus(job: Job): string[] {
  if (job.gpus === 0) return [];
  const type = job.gpu_type === null ? '' : `${job.gpu_type} `;
  const least = job.gpu_memory_bytes === null ? '' : ` of ${formatBytes(job.gpu_memory_bytes)} or more`;
  const ids = job.gpu_ids.length === 0 ? '' : ` (${job.gpu_ids.join(', ')})`;
  return [`${job.gpus} ${type}${job.gpus === 1 ? 'GPU' : 'GPUs'}${least}${ids}`];
}
