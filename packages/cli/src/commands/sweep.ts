import { constants, availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError, type BatchCreate } from '@weir/contract/client';
import type { Config } from '../config.ts';
import { callUnderKey } from '../connection/patience.ts';
import { readWhole } from '../input/numbers.ts';
import { examples, handle, type Invocation } from '../invocation.ts';
import { formatCommand } from '../jobs/job-text.ts';
import { addJobFlags } from '../jobs/request/job-flags.ts';
import type { JobRequest } from '../jobs/request/job-request.ts';
import { announceBatch, awaitBatch, exitOfBatch } from '../jobs/submit/batch-end.ts';
import { note, printJson } from '../output/terminal.ts';
import { combine } from '../sweep/combinations.ts';
import { resolveApp } from '../sweep/python-call.ts';
import { runLocally, type Run, type RunEnd } from '../sweep/run-locally.ts';

/** As many as the host takes in one batch. */
const MAX_BATCH = 10_000;
const SIGNAL_EXIT = 128;

interface Options {
  readonly parallel?: boolean;
  readonly submit?: boolean;
  readonly wait?: boolean;
}

/** What is to be swept: `most` at once, and every run. */
interface Sweep {
  readonly most: number;
  readonly runs: readonly Run[];
}

/** `weir sweep`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<words...>', 'APP and its arguments')
    .usage('[--parallel [N]] APP ARGS...\n       weir sweep --submit [options] APP ARGS...')
    .passThroughOptions()
    .option('--parallel', 'some at once on this machine: N, else as many as it has CPUs')
    .option('--submit', 'queue every run as a job of one batch; takes the options of weir job submit')
    .option('--wait', 'with --submit: wait until all have ended and exit as the first that failed')
    .addHelpText('after', HELP);
  const said = addJobFlags(command, config);
  handle<Options>(command, config, async (call) => {
    const request = said();
    refuseMixed(call.options, request);
    const sweep = readSweep(call);
    return call.options.submit === true ? submitSweep(call, sweep, request) : runSweep(call, sweep);
  });
}

const HELP = `
Arguments: span:{1..3} = 1, 2, 3; span:[a,b] = a, b; span:text = text. Every combination runs, the last argument varying fastest.
APP is a program, or module:function of Python, called with whole numbers of ranges as int, or a Python module.
The options of weir sweep stand before APP. Exit code: 0 when every run succeeded, else 1; of a single run its own.
${examples(
  "weir sweep python train.py --lr 'span:[0.1,0.01]' --layers 'span:{1..3}'",
  "weir sweep --parallel 4 ./simulate 'span:{1..100}'",
  "weir sweep --submit --cores 4 --memory 8G train:main 'span:{1..8}'",
)}`;

function refuseMixed({ parallel, submit, wait }: Options, request: JobRequest): void {
  if (parallel === true && submit === true) {
    throw new AppError('invalid_input', '--parallel runs on this machine and --submit in the queue: use one of them');
  }
  if (submit !== true && (wait === true || Object.keys(request).length > 0)) {
    throw new AppError('invalid_input', 'options of a job need --submit: without it the runs are processes of this machine', {
      field: '--submit',
    });
  }
  const unfit = (['array', 'targets'] as const).find((field) => request[field] !== undefined);
  if (unfit !== undefined) {
    throw new AppError(
      'invalid_input',
      `a sweep cannot take --${unfit === 'array' ? 'array' : 'target'}: each run is one job that the scheduler places`,
    );
  }
}

function readSweep({ args, options, config }: Invocation<Options>): Sweep {
  const counted = options.parallel === true && /^\d+$/.test(args[0] ?? '');
  const most = counted ? readWhole({ option: '--parallel', min: 1, max: 10_000 })(args[0] ?? '') : availableParallelism();
  const words = counted ? args.slice(args[1] === '--' ? 2 : 1) : args;
  const [app, ...rest] = words;
  if (app === undefined) throw new AppError('invalid_input', 'nothing to run: give a program and its arguments', { field: 'app' });
  const combinations = combine(rest);
  const commandOf = resolveApp(app, config.environment['PATH'] ?? '');
  return {
    most: options.parallel === true ? most : 1,
    runs: combinations.map((values) => ({ shown: formatCommand([app, ...values.map(String)]), command: commandOf(values) })),
  };
}

async function runSweep({ json, config }: Invocation<Options>, { runs, most }: Sweep): Promise<number> {
  const { ends, stoppedBy } = await runLocally(runs, { parallel: most, output: json ? 2 : 'inherit', env: config.environment });
  if (json) await printJson({ runs: ends });
  else if (runs.length > 1) note(describeEnds(ends));
  if (stoppedBy !== undefined) return SIGNAL_EXIT + constants.signals[stoppedBy];
  if (ends.length === 1) return ends[0]?.exit_code ?? 1;
  return ends.every((end) => end.exit_code === 0) ? 0 : 1;
}

function describeEnds(ends: readonly RunEnd[]): string {
  const failed = ends.filter((end) => end.exit_code !== null && end.exit_code !== 0).length;
  const never = ends.filter((end) => end.exit_code === null).length;
  return [
    `${ends.length} runs: ${ends.length - failed - never} succeeded`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(never === 0 ? [] : [`${never} not started`]),
  ].join(', ');
}

async function submitSweep(call: Invocation<Options>, { runs }: Sweep, request: JobRequest): Promise<number> {
  if (runs.length > MAX_BATCH) {
    throw new AppError('invalid_input', `these are ${runs.length} jobs, at most ${MAX_BATCH} are taken at once: use a smaller range`, {
      value: runs.length,
    });
  }
  const body: BatchCreate = {
    job: { ...request, workdir: request.workdir ?? resolve('.') },
    commands: runs.map((run) => [...run.command]),
  };
  const link = call.link();
  const batch = await callUnderKey(link, ({ client }, headers) => client.batchCreate({ body, headers }));
  if (!call.json || call.options.wait !== true) await announceBatch(batch, { json: call.json });
  return call.options.wait === true ? awaitBatch(link, batch, call.json) : exitOfBatch(batch);
}
