import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeOutcome, type Launch, type Program } from '@weir/contract';
import { findUsableCgroups } from '../../../src/executors/process/cgroups/cgroup-access.ts';
import { openFoldersToUsers } from '../../../src/node-folders.ts';
import { ExecutorBench } from '../executor-bench.ts';
import { makeProcessExecutor } from './make-process-executor.ts';

const USER = 'nobody';
const ID = { jobId: 1, attempt: 1 };

describe.runIf(process.getuid?.() === 0)('as the OS user named like the owner', () => {
  let bench: ExecutorBench;
  let nobody: { uid: number; gid: number };
  beforeEach(() => {
    bench = new ExecutorBench(makeProcessExecutor({ cgroups: findUsableCgroups(), runAsUser: true }));
    openFoldersToUsers(bench.folders);
    const [, , uid, gid] = /^nobody:.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[0].split(':') ?? [];
    nobody = { uid: Number(uid), gid: Number(gid) };
  });
  afterEach(() => bench.dispose());

  const run = async (program: Program, more: Partial<Launch> = {}) => {
    bench.order(ID, program, { user: USER, ...more });
    return describeOutcome((await bench.ended(ID)).outcome);
  };
  const sh = (text: string): Program => ({ kind: 'command', argv: ['/bin/sh', '-c', text] });

  test('a job has all ids and groups of that user, and none of the runner', async () => {
    expect(await run(sh('grep -E "^(Uid|Gid|Groups|CapEff|CapPrm)" /proc/self/status; echo $HOME $USER $LOGNAME $SHELL'))).toBeNull();
    const { uid, gid } = nobody;
    expect(
      bench
        .output(ID)
        .split('\n')
        .slice(0, 3)
        .map((line) => line.trim().split(/\s+/)),
    ).toEqual([
      ['Uid:', ...Array.from({ length: 4 }, () => String(uid))],
      ['Gid:', ...Array.from({ length: 4 }, () => String(gid))],
      ['Groups:', String(gid)],
    ]);
    expect(bench.output(ID)).toMatch(/CapPrm:\t0{16}\nCapEff:\t0{16}\n\/\S* nobody nobody \S+\n$/);
  });

  test('its private folder is its own, the folders of the runner are closed to it', async () => {
    const tries = [
      'echo x > mine && ls',
      `ls ${bench.folders.jobs}`,
      `echo x > ${bench.folders.jobs}/1/planted`,
      `cat ${bench.folders.attempts}/1.1.*`,
    ];
    await run(sh(tries.map((attempt) => `(${attempt}) 2>/dev/null || echo refused`).join('; ')));
    expect(bench.output(ID)).toBe('mine\nrefused\nrefused\nrefused\n');
    expect(statSync(join(bench.folders.jobs, '1/work')).uid).toBe(nobody.uid);
    expect(statSync(join(bench.folders.jobs, '1/1.stdout')).mode & 0o077).toBe(0);
  });

  test('a script can be read by its user', async () => {
    expect(await run({ kind: 'script', text: '#!/bin/sh\nid -un; echo "$@"', args: ['a b'] })).toBeNull();
    expect(bench.output(ID)).toBe('nobody\na b\n');
  });

  test('its own HOME stands', async () => {
    await run(sh('echo $HOME'), { env: { HOME: '/elsewhere' } });
    expect(bench.output(ID)).toBe('/elsewhere\n');
  });

  test('output goes to files with the rights of the user, not of the runner', async () => {
    const workdir = join(bench.home, 'project');
    mkdirSync(workdir);
    expect(await run(sh('echo ran'), { workdir, stdout: 'out.txt' })).toMatch(/could not be started: .*"out.txt": permission denied/);
    expect(() => statSync(join(workdir, 'out.txt'))).toThrow(/ENOENT/);
    chownSync(workdir, nobody.uid, nobody.gid);
    bench.order({ jobId: 2, attempt: 1 }, sh('echo ran'), { user: USER, workdir, stdout: 'logs/out.txt' });
    await bench.ended({ jobId: 2, attempt: 1 });
    expect(readFileSync(join(workdir, 'logs/out.txt'), 'utf8')).toBe('ran\n');
    expect(statSync(join(workdir, 'logs/out.txt')).uid).toBe(nobody.uid);
  });

  test('a folder that the user may not enter cannot be the working directory', async () => {
    const workdir = join(bench.home, 'closed');
    mkdirSync(workdir, { mode: 0o700 });
    expect(await run(sh('pwd'), { workdir })).toMatch(
      /could not be started: cannot enter the working directory ".*closed": permission denied/,
    );
  });

  test("a link to somebody else's file, planted where output goes, is not written through", async () => {
    const workdir = join(bench.home, 'project');
    mkdirSync(workdir);
    chownSync(workdir, nobody.uid, nobody.gid);
    const secret = join(bench.home, 'secret');
    writeFileSync(secret, 'kept');
    chmodSync(secret, 0o600);
    symlinkSync(secret, join(workdir, 'out.txt'));
    expect(await run(sh('echo ran'), { workdir, stdout: 'out.txt' })).toMatch(/leads through a symbolic link/);
    expect(readFileSync(secret, 'utf8')).toBe('kept');
  });

  test('a user that the node does not have is refused', async () => {
    expect(await run(sh('true'), { user: 'nobody-of-that-name' })).toMatch(/has no user "nobody-of-that-name": ask for an account/);
  });

  test('nothing runs as root', async () => {
    expect(await run(sh('true'), { user: 'root' })).toMatch(/never as "root" with user id 0/);
  });

  test('it can be stopped with all that it started', async () => {
    bench.order(ID, sh('setsid sh -c "trap : TERM; echo ready; while :; do sleep 0.05; done" & wait'), { user: USER });
    await bench.untilOutput(ID, 'ready');
    bench.executor.stop(ID, { by: 'user', graceMs: 50, signal: 'TERM' });
    expect((await bench.ended(ID)).outcome).toMatchObject({ kind: 'stopped', by: 'user' });
  });
});
