import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FakeHost, TOKEN } from '../../fake-host/fake-host.ts';
import { runWeir } from '../../run-weir.ts';

const bodyOf = (host: FakeHost, id: string) => host.calls.find((call) => call.id === id)?.body;

describe('tokens', () => {
  test('a join token is the one line to paste on the new machine', async () => {
    await using host = await FakeHost.start();
    const { stdout, stderr } = await runWeir(['token', 'create', '--join'], host);
    expect(stdout).toBe(`weir node join --host ${host.url} --token secret-1\n`);
    expect(stderr).toContain('paste it on the new machine; good for 1 machine\n');
    expect(stderr).toContain('is reached from this machine only');
    expect(bodyOf(host, 'tokenCreate')).toEqual({ kind: 'join' });
  });

  test('it may be good for some machines or any number, and for a time', async () => {
    await using host = await FakeHost.start();
    const some = await runWeir(['token', 'create', '--join', '--uses', '5', '--expires', '7d', '--label', 'rack 2'], host);
    expect(bodyOf(host, 'tokenCreate')).toEqual({ kind: 'join', uses: 5, expires_in_ms: 7 * 86_400_000, label: 'rack 2' });
    expect(some.stderr).toContain('good for 5 machines, until 2026-02-01 10:00:00\n');
    const any = await runWeir(['token', 'create', '--join', '--reusable'], host);
    expect(any.stderr).toContain('good for any number of machines\n');
    expect(host.calls.at(-1)?.body).toEqual({ kind: 'join', uses: null });
  });

  test("a user's token is printed once, alone on standard output", async () => {
    await using host = await FakeHost.start();
    const { stdout, stderr } = await runWeir(['token', 'create', '--user', 'grace', '--label', 'laptop'], host);
    expect([stdout, stderr]).toEqual(['secret-1\n', 'token 1 of grace; it is shown this once\n']);
  });

  test.each([
    [['--uses', '2'], '--uses and --reusable are about --join tokens: add --join'],
    [['--join', '--user', 'ada'], 'a --join token belongs to no user: leave --user out'],
  ])('%j is refused', async (words, message) => {
    await using host = await FakeHost.start();
    const { stderr, code } = await runWeir(['token', 'create', ...words], host);
    expect([stderr, code]).toEqual([`weir: ${message}\n`, 64]);
  });

  test('are listed without secrets and revoked', async () => {
    await using host = await FakeHost.start();
    await runWeir(['token', 'create', '--join', '--reusable'], host);
    const { stdout } = await runWeir(['token', 'list'], host);
    expect(stdout).toBe(
      [
        'ID  KIND  OF   LABEL  CREATED              EXPIRES  LAST USED  USES LEFT',
        ' 1  join  ada  -      2026-01-31 10:00:00  never    never            any',
        '',
      ].join('\n'),
    );
    expect((await runWeir(['token', 'revoke', '1'], host)).stdout).toBe('token 1 is revoked\n');
  });
});

describe('users', () => {
  test('create prints the first token once', async () => {
    await using host = await FakeHost.start();
    const words = ['--role', 'admin', '--account', 'vision', '--max-gpus', '8', '--max-memory', '64G', '--max-time', '2d'];
    const { stdout, stderr } = await runWeir(['user', 'create', 'grace', ...words], host);
    expect(bodyOf(host, 'userCreate')).toEqual({
      name: 'grace',
      role: 'admin',
      default_account: 'vision',
      limits: { gpus: 8, memory_bytes: 64 * 1024 ** 3, time_limit_ms: 2 * 86_400_000 },
    });
    expect(bodyOf(host, 'tokenCreate')).toEqual({ kind: 'user', user: 'grace', label: 'first' });
    expect(stdout).toBe('secret-1\n');
    expect(stderr).toBe(`user grace is there; the token below is shown this once, to be given to: weir login --host ${host.url}\n`);
    const again = await runWeir(['user', 'create', 'grace'], host);
    expect([again.stderr, again.code]).toEqual(['weir: there is a user grace\n', 65]);
  });

  test('are listed, shown, changed and removed; limits that are not named stay', async () => {
    await using host = await FakeHost.start();
    await runWeir(['user', 'create', 'grace', '--no-token', '--max-gpus', '8', '--max-running', '4'], host);
    const update = await runWeir(['user', 'update', 'grace', '--max-gpus', 'none', '--max-cpus', '32'], host);
    expect(bodyOf(host, 'userUpdate')).toEqual({ limits: { running_jobs: 4, gpus: null, cpus: 32 } });
    expect(update.stdout).toBe(
      'user grace\n  role        user\n  charged to  grace\n  limits      4 running, 32 cores\n  since       2026-01-31 10:00:00\n',
    );
    expect((await runWeir(['user', 'show', 'grace'], host)).stdout).toBe(update.stdout);
    expect((await runWeir(['user', 'list'], host)).stdout).toContain('grace  user  grace       -         4 running, 32 cores');
    expect((await runWeir(['user', 'update', 'grace'], host)).code).toBe(64);
    expect((await runWeir(['user', 'remove', 'grace'], host)).code).toBe(64);
    expect((await runWeir(['user', 'remove', 'grace', '--yes'], host)).stdout).toBe('user grace is removed\n');
    const gone = await runWeir(['user', 'show', 'grace'], host);
    expect([gone.stderr, gone.code]).toEqual(['weir: there is no user grace\n', 66]);
  });
});

describe('login', () => {
  test('keeps the token for the owner alone, and later calls find it', async () => {
    await using host = await FakeHost.start();
    const home = mkdtempSync(join(tmpdir(), 'weir-laptop-'));
    try {
      const login = await runWeir(['login', '--host', host.url], { home, input: `${TOKEN}\n` });
      expect([login.stdout, login.code]).toEqual([`logged in to ${host.url} as ada (admin)\n`, 0]);
      expect(statSync(join(home, 'logins.json')).mode & 0o777).toBe(0o600);
      expect((await runWeir(['job', 'list'], { home })).stderr).toBe('no jobs\n');
      expect((await runWeir(['logout'], { home })).stdout).toBe(`logged out of ${host.url}\n`);
      expect(readFileSync(join(home, 'logins.json'), 'utf8')).not.toContain(TOKEN);
      expect((await runWeir(['logout'], { home })).code).toBe(66);
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  test.each([
    ['wrong\n', 77, 'this token is not known'],
    ['', 64, 'there is no token on standard input'],
  ])('%j keeps nothing', async (input, code, message) => {
    await using host = await FakeHost.start();
    const login = await runWeir(['login', '--host', host.url], { home: host.home, input });
    expect([login.code, login.stderr]).toEqual([code, expect.stringContaining(message)]);
    expect(() => statSync(join(host.home, 'logins.json'))).toThrow();
  });
});

test('audit tells who did what', async () => {
  await using host = await FakeHost.start();
  const { stdout } = await runWeir(['audit', 'list', '--actor', 'ada', '--subject', 'node:node-1', '--limit', '5'], host);
  expect(stdout).toBe(
    'TIME                 WHO  DID         TO           DETAIL\n2026-01-31 10:00:00  ada  node.drain  node:node-1  reason=disk\n',
  );
  expect(host.calls[0]?.query).toEqual({ actor: 'ada', subject: 'node:node-1', limit: 5 });
});
