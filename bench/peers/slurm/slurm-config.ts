/** What a Slurm of our own is made of. */
export interface SlurmLayout {
  /** Everything that it writes lies below. */
  readonly folder: string;
  readonly hostname: string;
  readonly user: string;
  readonly controllerPort: number;
  readonly nodePort: number;
  readonly memoryMb: number;
}

/** CPUs that the one node pretends to have. */
export const PRETENDED_CPUS = 64;

/** Where a job's end is recorded, one line a job. */
export function completionLog(layout: SlurmLayout): string {
  return `${layout.folder}/jobcomp.log`;
}

/** Where munge listens for this Slurm. */
export function mungeSocket(layout: SlurmLayout): string {
  return `${layout.folder}/munge.socket`;
}

/**
 * Writes slurm.conf(5) for one node, tuned for many short jobs: the scheduler looks at each submit without pause, no accounting,
 * no prolog, no cgroups, jobs told apart by process group.
 */
export function formatSlurmConfig(layout: SlurmLayout): string {
  const { folder, hostname, user } = layout;
  return `
ClusterName=bench
SlurmctldHost=${hostname}(127.0.0.1)
SlurmUser=${user}
SlurmdUser=${user}
SlurmctldPort=${layout.controllerPort}
SlurmdPort=${layout.nodePort}
AuthType=auth/munge
AuthInfo=socket=${mungeSocket(layout)}
CredType=cred/munge
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
SlurmctldDebug=error
SlurmdDebug=error
MpiDefault=none
SwitchType=switch/none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=${completionLog(layout)}
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0,max_sched_time=2,sched_max_job_start=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
PriorityType=priority/basic
SlurmdParameters=config_overrides
ReturnToService=2
JobRequeue=0
KillWait=1
MinJobAge=300
MaxJobCount=100000
SlurmctldTimeout=120
SlurmdTimeout=300
NodeName=bench NodeHostname=${hostname} NodeAddr=127.0.0.1 CPUs=${PRETENDED_CPUS} Boards=1 SocketsPerBoard=1 CoresPerSocket=${PRETENDED_CPUS} ThreadsPerCore=1 RealMemory=${layout.memoryMb} State=UNKNOWN
PartitionName=bench Nodes=bench Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
`.trimStart();
}
