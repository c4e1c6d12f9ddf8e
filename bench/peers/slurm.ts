import { join } from 'node:path';
import { readTextIfThere } from '@weir/runtime';
import { withCleanup } from '../measure/cleanup.ts';
import { percentile, round, runInLanes } from '../measure/statistics.ts';
import { waitFor } from '../measure/waiting.ts';
import { completionLog } from './slurm/slurm-config.ts';
import { startSlurm, type SlurmCluster } from './slurm/slurm-cluster.ts';
import { requireSlurm } from './slurm/slurm-packages.ts';

const THROUGHPUT_JOBS = 300;
const SUBMITTERS = 4;
const SAMPLES = 20;
const JOB_MS = 60_000;

/** Measures a Slurm of our own on this machine, side by side with the same figures of Weir. Throws why there is none. */
export async function measureSlurm(say: (text: string) => void): Promise<Record<string, number>> {
  await requireSlurm(say);
  return withCleanup(async (cleanup) => {
    const cluster = await startSlurm(cleanup);
    say('slurm is up');
    const srun = await measureSrun(cluster);
    say(`srun p50 ${srun} ms`);
    const latency = await measureLatency(cluster);
    say(`sbatch to first instruction p50 ${latency} ms`);
    const throughput = await measureThroughput(cluster);
    say(`sbatch ${throughput} jobs/s`);
    return {
      slurm_sbatch_jobs_per_s: throughput,
      slurm_sbatch_to_first_instruction_p50_ms: latency,
      slurm_srun_p50_ms: srun,
    };
  });
}

async function measureSrun(cluster: SlurmCluster): Promise<number> {
  const samples: number[] = [];
  for (let index = 0; index < SAMPLES; index += 1) {
    const from = performance.now();
    await cluster.run('srun', 'true');
    samples.push(performance.now() - from);
  }
  return round(percentile(samples, 0.5));
}

async function measureLatency(cluster: SlurmCluster): Promise<number> {
  const samples: number[] = [];
  for (let index = 0; index < SAMPLES; index += 1) {
    const output = join(cluster.layout.folder, 'out', String(index));
    const ended = countEnds(cluster) + 1;
    const from = Date.now();
    await cluster.run('sbatch', '-o', output, '--wrap', 'date +%s%N');
    const text = await waitFor(() => readLine(output), { what: `job ${index} of Slurm`, limitMs: JOB_MS, everyMs: 5 });
    samples.push(Number(text) / 1e6 - from);
    await waitForEnds(cluster, ended);
  }
  return round(percentile(samples, 0.5));
}

async function measureThroughput(cluster: SlurmCluster): Promise<number> {
  const ended = countEnds(cluster) + THROUGHPUT_JOBS;
  const from = performance.now();
  await runInLanes(THROUGHPUT_JOBS, SUBMITTERS, async () => {
    await cluster.run('sbatch', '-o', '/dev/null', '--wrap', 'true');
  });
  await waitForEnds(cluster, ended);
  return round((THROUGHPUT_JOBS / (performance.now() - from)) * 1000);
}

async function waitForEnds(cluster: SlurmCluster, count: number): Promise<void> {
  const look = () => (countEnds(cluster) >= count ? true : undefined);
  await waitFor(look, { what: `${count} recorded ends`, limitMs: JOB_MS, everyMs: 10 });
}

function countEnds(cluster: SlurmCluster): number {
  const text = readTextIfThere(completionLog(cluster.layout)) ?? '';
  return text.split('\n').length - 1;
}

function readLine(path: string): string | undefined {
  const text = readTextIfThere(path);
  return text?.endsWith('\n') === true ? text.trim() : undefined;
}
