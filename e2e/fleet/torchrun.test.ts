import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WeirFleet } from '../support/weir-fleet.ts';

const PYTHON = resolve(import.meta.dirname, '../../engines/fuxictr/.venv/bin/python');
const PROGRAM = `import torch
import torch.distributed as dist

dist.init_process_group("gloo")
mine = torch.tensor([float(dist.get_rank() + 1)])
dist.all_reduce(mine)
print(f"rank {dist.get_rank()} of {dist.get_world_size()}: {int(mine.item())}", flush=True)
dist.destroy_process_group()
`;

let fleet: WeirFleet;

beforeAll(async () => {
  fleet = await WeirFleet.start();
  for (const name of ['a', 'b']) await fleet.addNode(name, { cpus: 2, env: { WEIR_NODE_ADDRESS: '127.0.0.1' } });
}, 120_000);
afterAll(() => fleet.destroy());

test('torchrun finds its peers on the nodes of a gang without a flag', async () => {
  const program = join(fleet.folder, 'sum.py');
  writeFileSync(program, PROGRAM);
  const job = await fleet.submit({
    command: [PYTHON, '-m', 'torch.distributed.run', program],
    nodes: 2,
    ntasks_per_node: 2,
    cpus_per_task: 1,
  });
  const end = await fleet.end(job.job_id);
  const output = Buffer.from(await fleet.client().jobLogs({ params: { job_id: job.job_id } })).toString();
  expect(end, output).toMatchObject({ state: 'completed', nodes: 2 });
  // The log is that of the first node: two of the four ranks, each knowing the sum over all four.
  expect(output.match(/rank \d of 4: 10/g)).toHaveLength(2);
}, 180_000);
