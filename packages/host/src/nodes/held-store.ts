import { parseStored } from '../store/parse-json.ts';
import type { Queries } from '../store/store.ts';

/** What the jobs of one node hold together. */
export interface Held {
  readonly jobs: number;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpuIds: ReadonlySet<number>;
}

export const NOTHING_HELD: Held = { jobs: 0, cpus: 0, memoryBytes: 0, gpuIds: new Set() };

/** Node name to what is held there now; of every node that has jobs, or of one. */
export async function sumHeld(db: Queries, node?: string): Promise<Map<string, Held>> {
  const all = db.selectFrom('resource_allocations').where('released', '=', 0);
  const held = node === undefined ? all : all.where('node_name', '=', node);
  const sums = await held
    .select((select) => [
      'node_name as node',
      select.fn.countAll().as('jobs'),
      select.fn.sum('allocated_cpus').as('cpus'),
      select.fn.sum('memory_bytes').as('memory_bytes'),
    ])
    .groupBy('node_name')
    .execute();
  const gpus = await held.select(['node_name as node', 'gpu_ids']).where('gpu_ids', '!=', '[]').execute();
  const gpusOf = Map.groupBy(gpus, (row) => row.node);
  return new Map(
    sums.map((row) => [
      row.node,
      {
        jobs: Number(row.jobs),
        cpus: Number(row.cpus),
        memoryBytes: Number(row.memory_bytes),
        gpuIds: new Set(gpusOf.get(row.node)?.flatMap(({ gpu_ids: ids }) => parseStored<number[]>(ids))),
      },
    ]),
  );
}
