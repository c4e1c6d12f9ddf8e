import { parseMemory, parseTarget } from '@weir/contract/client';
import { readChoice } from '../../input/choice.ts';
import { readGpus } from '../../input/gpu-request.ts';
import { readLabels } from '../../input/labels.ts';
import { readWhole } from '../../input/numbers.ts';
import { STRATEGIES } from './choices.ts';
import type { JobFlag } from './job-flag.ts';

const MAX_CPUS = 65_536;
const whole = (option: string, min: number, max: number) => readWhole({ option, min, max });
const readCores = whole('--cores', 0, MAX_CPUS);

/** Options about the nodes that a job runs on and what it gets there. */
export const PLACE_FLAGS: readonly JobFlag[] = [
  {
    flags: '--cores <n>',
    help: 'CPU cores per node; 0 = none reserved, no limit (default: 1)',
    read: (text) => ({ cpus: readCores(text) }),
  },
  { flags: '--cpus <n>', help: 'the same as --cores', read: (text) => ({ cpus: readCores(text) }) },
  {
    flags: '--memory <size>',
    help: 'memory per node, reserved and enforced: 512M, 2G',
    read: (text) => ({ memory_bytes: parseMemory(text) }),
  },
  { flags: '--gpus <[type:]n>', help: 'GPUs per node, of a type when it is said: 2, a100:2', read: readGpus },
  { flags: '--gpu-memory <size>', help: 'least memory of each GPU: 40G', read: (text) => ({ gpu_memory_bytes: parseMemory(text) }) },
  {
    flags: '--target <target>',
    help: 'run there: NODE[:NUMA][::GPU,GPU] (repeatable: one job each)',
    read: (text) => ({ targets: [parseTarget(text)] }),
  },
  {
    flags: '--labels <k=v,...>',
    help: 'only nodes with these labels (repeatable)',
    read: (text) => ({ labels: readLabels('--labels', text) }),
  },
  { flags: '--partition <name>', help: 'only nodes of this partition', read: (partition) => ({ partition }) },
  { flags: '--exclusive', help: 'whole nodes, nobody else on them', read: () => ({ exclusive: true }) },
  { flags: '--no-exclusive', help: 'not the whole node', hidden: true, read: () => ({ exclusive: false }) },
  {
    flags: '--nodes <n>',
    help: 'nodes that start together (a gang: all or none)',
    read: (text) => ({ nodes: whole('--nodes', 1, 10_000)(text) }),
  },
  {
    flags: '--ntasks-per-node <n>',
    help: 'tasks on each node; with --cpus-per-task they make the cores',
    read: (text) => ({ ntasks_per_node: whole('--ntasks-per-node', 1, MAX_CPUS)(text) }),
  },
  {
    flags: '--cpus-per-task <n>',
    help: 'CPU cores of each task',
    read: (text) => ({ cpus_per_task: whole('--cpus-per-task', 1, MAX_CPUS)(text) }),
  },
  {
    flags: '--strategy <name>',
    help: `how the node is chosen: ${STRATEGIES.join(', ')}`,
    read: (text) => ({ strategy: readChoice('--strategy', STRATEGIES)(text) }),
  },
];
