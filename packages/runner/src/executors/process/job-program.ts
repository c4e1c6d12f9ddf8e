import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import type { Launch } from '@weir/contract/protocol';

/** How this node runs stage programs. */
export interface StageRuntime {
  /** The stages package's main file; null when this node has none. */
  readonly main: string | null;
  /** What every stage program finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface JobProgram {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The file that a stage appends its events to. */
export function stageEventsFile(attemptFolder: string): string {
  return `${attemptFolder}/events`;
}

/** Turns what to execute into an argument list; makes the attempt's folder for scripts and specs. Throws what a user may read. */
export function writeProgram(folder: string, launch: Launch, stages: StageRuntime): JobProgram {
  const { program } = launch;
  switch (program.kind) {
    case 'command':
      return { argv: program.argv, env: {} };
    case 'script': {
      mkdirSync(folder, { mode: 0o700 });
      const file = `${folder}/script`;
      writeFileSync(file, program.text, { mode: 0o700 });
      return { argv: program.text.startsWith('#!') ? [file, ...program.args] : ['/bin/sh', file, ...program.args], env: {} };
    }
    case 'stage': {
      if (stages.main === null) throw new Error('this node has no stage programs: WEIR_STAGES_MAIN is not set for its runner');
      mkdirSync(folder, { mode: 0o700 });
      const spec = `${folder}/spec.json`;
      const events = stageEventsFile(folder);
      writeFileSync(spec, JSON.stringify(program.spec), { mode: 0o600 });
      closeSync(openSync(events, 'a', 0o600));
      return {
        argv: [process.execPath, stages.main, program.program],
        env: { ...stages.env, WEIR_STAGE_SPEC: spec, WEIR_EVENTS: events },
      };
    }
  }
}
