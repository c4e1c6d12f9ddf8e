import { watch, type FSWatcher } from 'node:fs';
import type { HostFrame, RunnerFrame } from '@weir/contract/protocol';
import type { Logger } from '@weir/runtime';
import { errorText } from '../error-code.ts';
import { Backoff } from './backoff.ts';
import { Connection, type Ending } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { Refusals } from './refusals.ts';
import type { WelcomeFile } from './welcome-file.ts';

export type Welcome = Extract<HostFrame, { type: 'welcome' }>;

/** What a session serves. A session is the time between a welcome and the end of its connection. */
export interface SessionPeer {
  /** The first frame of a session, made when it is sent. */
  hello(endpoint: Endpoint): RunnerFrame;
  /** Made each time one is due. */
  heartbeat(): RunnerFrame;
  onWelcome(welcome: Welcome): void;
  onFrame(frame: HostFrame): void;
  onEnd(): void;
  /** Whether there are attempts of which a host has to hear. */
  readonly hasAttempts: boolean;
  /** A host of the node's store has refused its token for so long that it has given up what the node has. May come again. */
  onShutOut(): void;
}

export interface SessionOptions {
  /** Where to connect; `turn` grows by one with each host that could not be had. */
  readonly findEndpoint: (turn: number) => Endpoint;
  /** A folder in which a change means that the host may be back. */
  readonly hostFolder: string;
  readonly welcomeFile: WelcomeFile;
  readonly peer: SessionPeer;
  readonly log: Logger;
}

/** A session that lasted so long was a good one: the next attempt to connect is quick again. */
const GOOD_SESSION_MS = 2000;
const REFUSED_WAIT_MS = 15_000;

/** Keeps one session with the host for as long as it runs: connects, greets, hands frames over, and begins anew whenever it breaks. */
export class Session {
  readonly #options: SessionOptions;
  readonly #backoff = new Backoff();
  readonly #refusals = new Refusals();
  #connection: Connection | undefined;
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;
  #watcher: FSWatcher | undefined;
  #welcomedAt: number | undefined;
  #complaint: string | undefined;
  #refusedToken: string | undefined;
  #closed: (() => void) | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get isWelcome(): boolean {
    return this.#welcomedAt !== undefined;
  }

  start(): void {
    this.#watcher = this.#watchHostFolder();
    this.#connect();
  }

  /** Sends a frame; false when there is no session. */
  send(frame: RunnerFrame): boolean {
    return this.sendText(JSON.stringify(frame));
  }

  /** Sends a frame that is JSON text already. */
  sendText(text: string): boolean {
    return this.isWelcome && this.#connection?.send(text) === true;
  }

  sendBinary(data: Uint8Array): boolean {
    return this.isWelcome && this.#connection?.send(data) === true;
  }

  /** Ends the session and does not begin another. */
  async stop(): Promise<void> {
    this.#watcher?.close();
    clearTimeout(this.#timer);
    const connection = this.#connection;
    const closed = new Promise<void>((resolve) => (this.#closed = resolve));
    if (connection === undefined) return;
    connection.close();
    const impatience = setTimeout(() => connection.terminate(), 1000);
    await closed.finally(() => clearTimeout(impatience));
  }

  /** Without it the host is found again a little later. */
  #watchHostFolder(): FSWatcher | undefined {
    const { hostFolder, log } = this.#options;
    const complain = (error: unknown) => log.warn({ err: error }, 'cannot watch for the host to come back');
    try {
      return watch(hostFolder, () => this.#hostMayBeBack()).on('error', complain);
    } catch (error) {
      complain(error);
      return undefined;
    }
  }

  #connect(): void {
    this.#timer = undefined;
    let endpoint: Endpoint;
    try {
      endpoint = this.#options.findEndpoint(this.#turn);
    } catch (error) {
      this.#complain({ kind: 'unreachable', reason: errorText(error) });
      this.#retry(this.#backoff.next(Math.random()));
      return;
    }
    this.#refusedToken = undefined;
    const connection = new Connection(endpoint, {
      onOpen: () => connection.send(JSON.stringify(this.#options.peer.hello(endpoint))),
      onFrame: (frame) => this.#receive(connection, frame),
      onEnd: (ending) => this.#end(ending, endpoint),
    });
    this.#connection = connection;
  }

  #receive(connection: Connection, frame: HostFrame): void {
    const { peer, welcomeFile, log } = this.#options;
    try {
      if (frame.type !== 'welcome') {
        if (this.isWelcome) peer.onFrame(frame);
        else connection.reject(`"${frame.type}" before the welcome`);
        return;
      }
      // It would have them ended, or take them for attempts of its own.
      if (peer.hasAttempts && welcomeFile.isOfOther(frame.storeId)) {
        connection.leaveOtherStore();
        return;
      }
      this.#welcomedAt = performance.now();
      this.#complaint = undefined;
      welcomeFile.keep(frame);
      this.#refusals.clear();
      connection.startHeartbeat(frame.heartbeatMs, () => JSON.stringify(peer.heartbeat()));
      log.info({ attempts: frame.attempts.length }, 'connected to the host');
      peer.onWelcome(frame);
    } catch (error) {
      log.error({ err: error, frame: frame.type }, 'a frame of the host could not be served');
    }
  }

  #end(ending: Ending, endpoint: Endpoint): void {
    const wasWelcome = this.#welcomedAt !== undefined;
    if (this.#welcomedAt !== undefined && performance.now() - this.#welcomedAt > GOOD_SESSION_MS) this.#backoff.reset();
    this.#welcomedAt = undefined;
    this.#connection = undefined;
    if (wasWelcome) this.#options.peer.onEnd();
    // A host that was good once is tried again first, unless it hangs: it would take the connection and say nothing.
    if (!wasWelcome || ending.kind === 'silent') this.#turn += 1;
    if (this.#closed !== undefined) {
      this.#closed();
      return;
    }
    if (isTokenRefusal(ending) && this.#tokenIsStill(endpoint.token)) this.#refusedToken = endpoint.token;
    this.#complain(ending, endpoint);
    const untilShutOut = this.#countRefusal(ending, endpoint);
    this.#retry(this.#refusedToken === undefined ? this.#backoff.next(Math.random()) : Math.min(REFUSED_WAIT_MS, untilShutOut));
  }

  /** Tells the peer when the node is shut out; answers in how many ms it would be. */
  #countRefusal(ending: Ending, endpoint: Endpoint): number {
    const { welcomeFile, peer } = this.#options;
    const refusedMs = this.#refusals.note(endpoint, ending, { storeId: welcomeFile.last?.storeId, now: performance.now() });
    if (refusedMs === undefined || welcomeFile.last === undefined) return Infinity;
    const { lostAfterMs } = welcomeFile.last;
    if (refusedMs < lostAfterMs) return Math.ceil(lostAfterMs - refusedMs);
    peer.onShutOut();
    return Infinity;
  }

  #retry(wait: number): void {
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  /** The same trouble is told once, not at each attempt. */
  #complain(ending: Ending, endpoint?: Endpoint): void {
    const complaint =
      endpoint !== undefined && this.#isOfOtherStore(ending)
        ? `the host at ${endpoint.url} belongs to another store than this node (see its WEIR_STORE and WEIR_HOME): the node's jobs go on; ` +
          `to give them up, stop the runner, delete ${this.#options.welcomeFile.path} and start it again`
        : describeEnding(ending);
    if (complaint === this.#complaint) return;
    this.#complaint = complaint;
    this.#options.log.warn({ ending }, complaint);
  }

  #isOfOtherStore(ending: Ending): boolean {
    if (ending.kind === 'other_store') return true;
    return ending.kind === 'refused' && ending.storeId !== undefined && this.#options.welcomeFile.isOfOther(ending.storeId);
  }

  /** The host's file or the token changed: no need to sit out the wait. */
  #hostMayBeBack(): void {
    if (this.#timer === undefined) return;
    if (this.#refusedToken !== undefined && this.#tokenIsStill(this.#refusedToken)) return;
    this.#refusedToken = undefined;
    clearTimeout(this.#timer);
    this.#connect();
  }

  #tokenIsStill(token: string): boolean {
    try {
      return this.#options.findEndpoint(this.#turn).token === token;
    } catch {
      return true; // being written just now: the next change tells
    }
  }
}

function isTokenRefusal(ending: Ending): boolean {
  return ending.kind === 'refused' && (ending.status === 401 || ending.status === 403);
}

function describeEnding(ending: Ending): string {
  switch (ending.kind) {
    case 'unreachable':
      return `the host cannot be reached: ${ending.reason}`;
    case 'refused':
      return isTokenRefusal(ending)
        ? 'the host refuses the node token: make a new one on the host and put it in the node token file'
        : `the host answers ${ending.status} instead of opening a session`;
    case 'closed':
      return `the host closed the session (${ending.code}${ending.reason === '' ? '' : `: ${ending.reason}`})`;
    case 'silent':
      return 'the host has not answered for several heartbeats';
    case 'other_store':
      return 'the host belongs to another store';
    case 'bad_frame':
      return `the host sent a frame that does not fit the contract (${ending.reason})`;
  }
}
