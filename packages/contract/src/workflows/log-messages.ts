import type { Stage, WorkflowState } from './workflow-states.ts';

/** The first message on a workflow's log socket. */
export interface StatusMessage {
  readonly type: 'status';
  readonly task_id: number;
  readonly data: { readonly status: WorkflowState; readonly current_step: number };
}

/** What follows, in order: the FuxiCTR workflow's envelopes, with `seq` added so that a client can ask for what came after it. */
export type LogMessage = {
  readonly [T in keyof LogMessageData]: {
    readonly type: T;
    readonly task_id: number;
    readonly step: Stage | 'workflow';
    readonly data: LogMessageData[T];
    /** `YYYY-MM-DD HH:MM:SS`, UTC. */
    readonly timestamp: string;
    readonly seq: number;
  };
}[keyof LogMessageData];

export interface LogMessageData {
  readonly log: { readonly level: 'INFO' | 'WARNING' | 'ERROR' | 'DEBUG'; readonly message: string };
  readonly progress: { readonly current: number; readonly total: number; readonly percent: number; readonly message: string };
  readonly metric: {
    readonly name: string;
    readonly value: number;
    readonly unit: string;
    readonly label?: string;
    readonly split?: string;
    readonly epoch?: number;
  };
  readonly error: { readonly message: string };
  readonly complete: { readonly result: Readonly<Record<string, unknown>> };
}
