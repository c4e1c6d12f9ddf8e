import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../packages/host/test/servers/server-process.ts';
import { makeDebianArchive } from '../../packages/runner/test/servers/debian-archive.ts';
import { DockerEngine } from '../../packages/runner/test/servers/docker-engine.ts';

const ROOT = join(import.meta.dirname, '../..');
const IMAGES = join(ROOT, 'e2e/deploy/images');
const FILES = ['deploy/docker-compose.yml', 'e2e/deploy/build-by-host.yml'];
/** The images that deploy/ would fetch, and what stands for them. */
const STAND_INS = { BASE_IMAGE: 'weir-test-node', POSTGRES_IMAGE: 'weir-test-postgres', REDIS_IMAGE: 'weir-test-redis' };

/** docker compose, as a plug-in or as the program of old; undefined = neither is there. */
function findCompose(): readonly string[] | undefined {
  const known = [
    ['docker', 'compose'],
    ['docker-compose', '--no-ansi'],
  ];
  return known.find(([program = '', word = '']) => spawnSync(program, [word, 'version'], { stdio: 'ignore' }).status === 0);
}

/** The fleet of deploy/docker-compose.yml on a Docker Engine of its own, its images built from this checkout. */
export class ComposeFleet {
  /** Where its API is. */
  readonly url: string;
  readonly #engine: DockerEngine;
  readonly #folder: string;
  readonly #compose: readonly string[];

  private constructor(engine: DockerEngine, compose: readonly string[], port: number) {
    this.#engine = engine;
    this.#folder = mkdtempSync(join(tmpdir(), 'weir-compose-'));
    this.#compose = compose;
    this.url = `http://127.0.0.1:${port}`;
    const settings = { ...STAND_INS, POSTGRES_PASSWORD: 'p@ss/w+rd', REDIS_PASSWORD: 'secret', FUXICTR_WORKFLOW_PORT: port, TOTAL_CPUS: 1 };
    writeFileSync(
      this.#envFile,
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
  }

  /** What this machine lacks; undefined = nothing. */
  static async findMissing(): Promise<string | undefined> {
    return findCompose() === undefined ? 'docker compose is not installed' : DockerEngine.findMissing();
  }

  /** Starts the engine and makes what stands for the images of registries. */
  static async prepare(): Promise<ComposeFleet> {
    const archive = makeDebianArchive();
    const engine = await DockerEngine.start();
    const fleet = new ComposeFleet(engine, findCompose() ?? [], await freePort());
    try {
      engine.docker('import', archive, 'weir-test-debian');
      fleet.#buildStandIns();
      return fleet;
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs docker compose; what it prints. Throws with what it complains of. */
  compose(...args: string[]): string {
    const [program = '', ...words] = this.#compose;
    const files = FILES.flatMap((file) => ['--file', join(ROOT, file)]);
    return execFileSync(program, [...words, '--project-name', 'weir-test', '--env-file', this.#envFile, ...files, ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
      cwd: ROOT,
      env: { ...process.env, DOCKER_HOST: this.#engine.url },
    });
  }

  /** The weir command in the container of the host, as the user weir. */
  weir(...args: string[]): string {
    return this.compose('exec', '-T', '-u', 'weir', 'host', 'weir', ...args);
  }

  /** Containers whose service is healthy, by service. */
  countHealthy(service: string): number {
    const filters = [`label=com.docker.compose.service=${service}`, 'health=healthy'].flatMap((filter) => ['--filter', filter]);
    return this.#engine
      .docker('ps', '--quiet', ...filters)
      .split('\n')
      .filter(Boolean).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.compose('down', '--volumes', '--timeout', '2');
    } finally {
      await this.#engine[Symbol.asyncDispose]();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  get #envFile(): string {
    return join(this.#folder, 'env');
  }

  #buildStandIns(): void {
    const context = join(this.#folder, 'images');
    const npm = (...args: string[]) => execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    cpSync(IMAGES, context, { recursive: true });
    cpSync(process.execPath, join(context, 'node'));
    cpSync(join(npm('root', '--global'), 'npm'), join(context, 'npm'), { recursive: true, dereference: true });
    cpSync('/etc/ssl/certs/ca-certificates.crt', join(context, 'ca-certificates.crt'));
    for (const name of ['postgres', 'redis', 'node']) {
      const options = ['--file', join(context, `${name}.Dockerfile`), '--tag', `weir-test-${name}`];
      const values = name === 'node' ? ['--build-arg', `REGISTRY=${npm('config', 'get', 'registry')}`] : [];
      this.#engine.docker('build', ...options, ...values, context);
    }
  }
}
