import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';

/** Finds a program in folders and on PATH; throws saying what to install. */
export function findProgram(name: string, folders: readonly string[], install: string): string {
  const all = [...folders, ...(process.env['PATH'] ?? '').split(':')].map((folder) => join(folder, name));
  const found = all.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error(`${name} is not installed, the tests on a cluster need it: ${install}`);
  return found;
}

/** Folders of the installed versions below `root`, newest first. */
export function versionFolders(root: string): string[] {
  try {
    return readdirSync(root)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(root, version, 'bin'));
  } catch {
    return [];
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The user that servers run as: they refuse root. Undefined = as ourselves. */
export function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** A folder that the server's user owns. */
export function serverFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  const user = serverUser();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return folder;
}

/** A database server as a child process: started, killed and started again on the same folder and port. */
export class ServerProcess {
  readonly folder: string;
  readonly #command: readonly string[];
  readonly #answers: () => Promise<boolean>;
  #child: ChildProcess | undefined;

  constructor(folder: string, options: { command: readonly string[]; answers: () => Promise<boolean> }) {
    this.folder = folder;
    this.#command = options.command;
    this.#answers = options.answers;
  }

  async start(): Promise<void> {
    const [program = '', ...args] = this.#command;
    this.#child = spawn(program, args, { ...serverUser(), cwd: this.folder, stdio: 'ignore' });
    await eventually(this.#answers);
  }

  /** Ends it and waits: SIGINT = PostgreSQL's fast shutdown, SIGQUIT and SIGKILL = a crash. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGQUIT');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
