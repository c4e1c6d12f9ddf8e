import type { Command } from 'commander';
import { formatBytes, jobHasEnded, type Job } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readId } from '../../input/numbers.ts';
import { examples, handle } from '../../invocation.ts';
import { colorOfState, formatCommand, formatElapsed, formatWaiting } from '../../jobs/job-text.ts';
import { printCard, type Cell } from '../../output/table.ts';
import { paint, printable, printJson } from '../../output/terminal.ts';
import { formatSpan, formatTime } from '../../output/times.ts';

/** `weir job show`. */
export function define(command: Command, config: Config): void {
  command.argument('<id>', 'the job').addHelpText('after', examples('weir job show 12'));
  handle(command, config, async (call) => {
    const params = { job_id: readId('job', call.args[0]) };
    const job = await call.connect().client.jobShow({ params });
    await (call.json ? printJson(job) : printCard(`job ${job.job_id}  ${job.name}`, describeFacts(job)));
  });
}

function describeFacts(job: Job): (readonly [string, Cell | null])[] {
  return [
    ['state', describeState(job)],
    ['exit', describeExit(job)],
    ['user', job.user],
    ['kind', job.kind],
    ['command', job.command === null ? null : formatCommand(job.command)],
    ['workdir', job.workdir],
    ['comment', job.comment],
    ['node', job.node],
    ['resources', describeResources(job)],
    ['priority', job.priority],
    ['time limit', job.time_limit_ms === null ? null : formatSpan(job.time_limit_ms)],
    ['attempt', job.requeue ? `${job.attempt} (runs again when its node is lost)` : job.attempt],
    ['workflow', job.workflow_id === null ? null : `${job.workflow_id}${job.stage === null ? '' : `, stage ${job.stage}`}`],
    ['submitted', formatTime(job.submitted_at)],
    ['started', job.started_at === null ? null : formatTime(job.started_at)],
    ['ended', job.ended_at === null ? null : formatTime(job.ended_at)],
    [job.started_at === null && !jobHasEnded(job) ? 'waiting' : 'waited', formatWaiting(job)],
    ['elapsed', formatElapsed(job)],
  ];
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
  const gpuIds = job.gpu_ids.length === 0 ? '' : ` (${job.gpu_ids.join(', ')})`;
  return [
    `${job.cpus} ${job.cpus === 1 ? 'core' : 'cores'}`,
    job.memory_bytes === null ? 'no memory limit' : formatBytes(job.memory_bytes),
    ...(job.gpus === 0 ? [] : [`${job.gpus} ${job.gpus === 1 ? 'GPU' : 'GPUs'}${gpuIds}`]),
  ].join(', ');
}
