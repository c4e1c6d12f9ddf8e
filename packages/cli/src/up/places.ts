import { join } from 'node:path';

/** Where the processes of a Weir home leave their marks. */
export interface Places {
  readonly home: string;
  readonly up: string;
  readonly host: string;
  readonly runner: string;
  readonly logs: string;
}

/** The places of a home. */
export function placesOf(home: string): Places {
  const run = join(home, 'run');
  return { home, up: join(run, 'up.json'), host: join(run, 'host.json'), runner: join(run, 'runner.json'), logs: join(home, 'logs') };
}

/** The log of one process of a home. */
export function logOf(places: Places, name: 'host' | 'runner' | 'up'): string {
  return join(places.logs, `${name}.log`);
}
