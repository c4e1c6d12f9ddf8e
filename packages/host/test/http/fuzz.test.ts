import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTES, type Route } from '@weir/contract';
import { INVENTORY } from '../fake-runner.ts';
import { TestHost } from '../test-host.ts';
import { submitBody } from '../workflows/submit-body.ts';
import { valuesOf } from './schema-values.ts';

/** `WEIR_FUZZ=100000` asks that often, and other questions than usual. */
const requests = Number(process.env['WEIR_FUZZ'] ?? 3_000);

let host: TestHost;
let admin = '';
let ann = '';
beforeAll(async () => {
  host = await TestHost.start({ logLevel: 'error' });
  const { identity, nodes } = host.running.services;
  admin = host.token();
  ann = await host.addUser('ann');
  await identity.issueNodeToken('a', undefined);
  await nodes.register('a', INVENTORY, '127.0.0.1');
  await host.client().accountCreate({ body: { name: 'lab', members: ['ann'] } });
  await host.client().jobCreate({ body: { command: ['true'] } });
  await host.client().workflowCreate({ body: submitBody() });
});
afterAll(() => host[Symbol.asyncDispose]());

const oddText = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    '\u0000',
    '{x}',
    '../..',
    "'; drop table jobs;--",
    '\ud800',
    '9'.repeat(30),
    '__proto__',
    'constructor',
    'local',
    'MMoE',
    'exp_1',
    'here',
  ),
);
const oddValue = fc.oneof(
  oddText,
  fc.constantFrom<unknown>(null, true, 0, -1, 1, 1.5, 1e30, 2 ** 53, -0, [], {}, [[]], { a: { b: 1 } }, ['true']),
  fc.jsonValue({ maxDepth: 2 }),
);
/** What the schemas alone do not make: values that fit together. */
const sound: Record<string, unknown> = {
  script: 'true',
  targets: ['here'],
  command: ['true'],
  cpus: 1,
  env: { A: 'b' },
  sql: 'select 1',
  format: 'csv',
  ...submitBody(),
};

/** Mostly what a route takes, with some of it changed, dropped or added. */
const bodyOf = (route: Route) => {
  const fields = route.body !== undefined && 'properties' in route.body ? Object.keys(route.body.properties as object) : [];
  const field = fc.constantFrom(...(fields.length === 0 ? ['x'] : fields));
  const changes = fc.array(fc.tuple(fc.oneof(field, field, oddText), oddValue), { maxLength: 3 });
  const kept = fc.subarray(fields.filter((name) => name in sound));
  const whole = valuesOf(route.body);
  const patched = fc
    .tuple(kept, changes)
    .map(([names, changed]) => ({ ...Object.fromEntries(names.map((name) => [name, sound[name]])), ...Object.fromEntries(changed) }));
  const spoilt = fc
    .tuple(whole, changes)
    .map(([value, changed]) => (typeof value === 'object' && value !== null ? { ...value, ...Object.fromEntries(changed) } : value));
  return fc.oneof({ weight: 4, arbitrary: whole }, { weight: 3, arbitrary: patched }, { weight: 2, arbitrary: spoilt }, oddValue);
};
const idText = fc.oneof(fc.constantFrom('1', '2', 'a', 'ann', 'lab', '0', '-1', '1e3', '9223372036854775808'), oddText);
const routes: [string, Route][] = Object.entries(ROUTES);

const anyRequest = fc.constantFrom(...routes).chain(([, route]) =>
  fc.record({
    route: fc.constant(route),
    url: fc.array(idText, { minLength: 3, maxLength: 3 }).map((ids) => {
      let at = 0;
      return route.path.replace(/:[a-z_]+/g, () => encodeURIComponent((ids[at++] ?? '1').toWellFormed()));
    }),
    query: fc.array(
      fc.tuple(
        fc.constantFrom('x', ...Object.keys(route.query?.properties ?? {}).filter((name) => name !== 'wait_ms')),
        fc.oneof(
          idText.map((text) => text.toWellFormed()),
          fc.constantFrom('true', '3'),
        ),
      ),
      { maxLength: 3 },
    ),
    body: route.body === undefined ? fc.constant(undefined) : bodyOf(route),
    asks: fc.oneof({ weight: 6, arbitrary: fc.constant('admin') }, { weight: 2, arbitrary: fc.constant('ann') }, fc.constant('nobody')),
  }),
);
type AnyRequest = typeof anyRequest extends fc.Arbitrary<infer T> ? T : never;

const ask = ({ route, url, query, body, asks }: AnyRequest) => {
  const payload = body === undefined ? {} : { payload: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const token = asks === 'nobody' ? null : asks === 'admin' ? admin : ann;
  const search = new URLSearchParams(query).toString();
  return host.inject({ method: route.method, url: search === '' ? url : `${url}?${search}`, token, ...payload });
};
type Answer = Awaited<ReturnType<typeof ask>>;

/** The 503 that a sound host may give here: no runner is connected, and HakuRiver's answer when all targets are bad. */
const isAway = ({ url }: AnyRequest, answer: Answer) =>
  answer.statusCode === 503 &&
  (answer.body.includes('"code":"node_unreachable"') || (url === '/submit' && answer.body.includes('"failed_targets":[{')));

const checks = new Map(
  routes.flatMap(([, route]) => (typeof route.response === 'string' ? [] : [[route, Compile(route.response)] as const])),
);

/** What is wrong with an answer; undefined = nothing. */
function judge(asked: AnyRequest, answer: Answer): string | undefined {
  const { statusCode } = answer;
  if (statusCode >= 500) return isAway(asked, answer) ? undefined : 'is a server error';
  if (statusCode >= 400) return answer.json<{ detail?: unknown }>().detail === undefined ? 'does not say what was wrong' : undefined;
  const check = checks.get(asked.route);
  if (check === undefined || check.Check(answer.json())) return undefined;
  return `is outside the contract: ${JSON.stringify(check.Errors(answer.json())[0])}`;
}

/** The fuzz may have removed whom it asks as. */
async function restoreUsers(): Promise<void> {
  const { store, identity } = host.running.services;
  await store.write(({ db }) => db.updateTable('users').set({ role: 'admin' }).where('name', '=', 'root').execute());
  await store.write(({ emit }) => emit({ type: 'policy.changed', owner: 'host' }));
  admin = await identity.issueUserToken('root', admin);
}

test('no request whatever is answered by a server error or outside the contract', { timeout: 3_600_000 }, async () => {
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(anyRequest, async (asked) => {
      const answer = await ask(asked);
      statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
      if (asked.asks === 'admin' && (answer.statusCode === 401 || answer.statusCode === 403)) await restoreUsers();
      const fault = judge(asked, answer);
      if (fault === undefined) return;
      const question = `${asked.route.method} ${asked.url} ${JSON.stringify(asked.query)} ${JSON.stringify(asked.body)} by ${asked.asks}`;
      throw new Error(`${question}: ${answer.statusCode} ${fault}: ${answer.body.slice(0, 2_000)} ${host.logLines.at(-1) ?? ''}`);
    }),
    { numRuns: requests, seed: requests === 3_000 ? 7 : requests, endOnFailure: true },
  );
  for (const status of [200, 201, 401, 403, 404, 409, 422]) expect(statuses.get(status), String(status)).toBeGreaterThan(0);
  await restoreUsers();
  expect(await host.client(admin).healthShow()).toMatchObject({ status: 'healthy' });
});
