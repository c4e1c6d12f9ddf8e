import type { ExecutorReport, Launch } from '@weir/contract/protocol';
import type { AttemptId } from '../executor.ts';

/** Where an attempt's processes are put, for its shim. */
export interface Placement {
  /** Control groups that the program joins and that are removed after it. */
  readonly groups: readonly string[];
  /** The file that counts the attempt's processes that the kernel killed for memory; null: the shim watches their memory itself. */
  readonly oomFile: string | null;
  /** The control group to freeze the processes in; undefined: they are stopped by signals. */
  readonly freezer: { readonly dir: string; readonly version: 1 | 2 } | undefined;
  /** CPUs to bind to by affinity; empty: not bound so. */
  readonly cpuIds: readonly number[];
  /** NUMA node to bind memory to by policy; null: not bound so. */
  readonly numa: number | null;
  /** A command that starts the shim, its last argument; empty: the spawner forks it. */
  readonly starter: readonly string[];
}

/**
 * How one kind of executor holds the processes of its attempts together and limits them. `place` comes before an attempt's shim;
 * `members`, `thaw` and `remove` clear up after a shim that was killed and do nothing where nothing is left.
 */
export interface Containment {
  /** Whether it works on this node, and what it cannot do here. */
  readonly report: ExecutorReport;
  /** Makes what the attempt needs; throws what a user may read. */
  place(id: AttemptId, launch: Launch): Placement;
  /** Processes that are certainly the attempt's, by what holds them. */
  members(id: AttemptId): readonly number[];
  /** Lets processes run that a vanished shim had frozen. */
  thaw(id: AttemptId): void;
  /** Removes what a vanished shim could not. */
  remove(id: AttemptId): void;
}
