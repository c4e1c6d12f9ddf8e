import type { Config } from '../../config.ts';
import type { JobRequest } from './job-request.ts';

/** An option that says something about a job. */
export interface JobFlag {
  /** As the help shows it: `--memory <size>`. */
  readonly flags: string;
  readonly help: string;
  /** Takes back what a script says; not in the list of the help. */
  readonly hidden?: boolean;
  /** What it says; `text` is empty for an option without a value. */
  readonly read: (text: string, config: Config) => JobRequest;
}
