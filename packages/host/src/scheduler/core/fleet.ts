import { explainJob } from './explanation/explain.ts';
import { describeWait } from './explanation/describe-wait.ts';
import { findRefusal } from './explanation/refusal.ts';
import { FleetState } from './fleet-state.ts';
import type { Explanation, Fleet, Holding, Plan, Policy, QueuedJob, Room } from './model.ts';
import { Pass } from './pass/pass.ts';

/** An empty fleet under this policy. */
export function createFleet(policy: Policy): Fleet {
  const state = new FleetState(policy);
  return {
    setNode: (node) => state.setNode(node),
    removeNode: (name) => state.removeNode(name),
    enqueue: (job) => state.queue.set(job),
    dequeue: (id) => state.queue.remove(id),
    hold: (holding) => state.hold(holding),
    release: (jobId, attempt, node) => state.release(jobId, attempt, node),
    setPolicy: (changed) => state.setPolicy(changed),
    setShares: (shares) => state.queue.setShares(shares),
    setLimits: (limits) => state.tallies.setLimits(limits),
    setReservations: (windows) => state.setReservations(windows),
    plan: (now) => planPass(state, now),
    explain: (job, now): Explanation => explainJob(state, job, now),
    describeWait: (job, now) => describeWait(state, job, now),
    refuse: (job: QueuedJob) => findRefusal(state.table, state.queue.shapes.make(job)),
    room: (node) => readRoom(state, node),
    holdings: (node): readonly Holding[] => state.table.find(node)?.parts.map(({ holding }) => holding) ?? [],
    get waiting() {
      return state.queue.size;
    },
  };
}

function planPass(state: FleetState, now: number): Plan {
  const pass = new Pass(state, now);
  try {
    pass.run();
    return { starts: pass.starts, bookings: pass.bookings, preemptions: pass.preemptions };
  } finally {
    pass.undo();
  }
}

function readRoom(state: FleetState, node: string): Room | undefined {
  const space = state.table.find(node)?.space;
  return space && { cpus: space.cpus, memoryBytes: space.memoryBytes, gpuIds: space.gpus.map(({ index }) => index) };
}
