import { Child, type Death } from './child.ts';
import { logOf, type Places } from './places.ts';
import type { Listening, Program } from './programs.ts';
import { readRecord } from './process-record.ts';

/** So often the port of a host that died may turn out to be taken before another one is used. */
const PORT_TRIES = 5;

export interface SupervisorOptions {
  readonly places: Places;
  readonly listening: Listening;
  readonly hostProgram: (listening: Listening) => Program;
  readonly runnerProgram: () => Program;
  /** Called after each end of the host or the runner that nobody asked for. */
  readonly onDeath: (death: Death) => void;
}

/** Keeps one host and one runner alive; a host on any free port (0) comes back on the port it had. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #host: Child;
  readonly #runner: Child;
  #hostDeaths = 0;
  #lastPort: number | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { places, onDeath } = options;
    this.#host = new Child({
      name: 'host',
      logPath: logOf(places, 'host'),
      cwd: places.home,
      program: () => options.hostProgram({ ...options.listening, port: this.#choosePort() }),
      onDeath: (death) => {
        this.#hostDeaths = death.count;
        onDeath(death);
      },
    });
    this.#runner = new Child({
      name: 'runner',
      logPath: logOf(places, 'runner'),
      cwd: places.home,
      program: options.runnerProgram,
      onDeath,
    });
  }

  start(): void {
    this.#host.start();
    this.#runner.start();
  }

  /** Stops the runner, which leaves its jobs to run on, then the host. */
  async stop(): Promise<void> {
    await this.#runner.stop();
    await this.#host.stop();
  }

  /** Ends both at once. */
  kill(): void {
    this.#runner.kill();
    this.#host.kill();
  }

  /** The processes as they are now. */
  get pids(): { readonly host: number | undefined; readonly runner: number | undefined } {
    return { host: this.#host.pid, runner: this.#runner.pid };
  }

  #choosePort(): number | undefined {
    const { port } = this.#options.listening;
    if (port !== 0) return port;
    this.#lastPort = this.#portInRecord() ?? this.#lastPort;
    return this.#hostDeaths > PORT_TRIES ? 0 : (this.#lastPort ?? 0);
  }

  /** A host that was killed leaves its record behind. */
  #portInRecord(): number | undefined {
    const url = readRecord(this.#options.places.host)?.url;
    const port = url === undefined || !URL.canParse(url) ? Number.NaN : Number(new URL(url).port);
    return port > 0 ? port : undefined;
  }
}
