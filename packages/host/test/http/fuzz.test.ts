import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTES, type Route } from '@weir/contract';
import { TestHost } from '../test-host.ts';
import { submitBody } from '../workflows/submit-body.ts';

let host: TestHost;
beforeAll(async () => {
  host = await TestHost.start({ logLevel: 'error' });
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
/** Mostly what a route takes, with some of it changed, dropped or added. */
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
const bodyOf = (route: Route) => {
  const fields = route.body !== undefined && 'properties' in route.body ? Object.keys(route.body.properties as object) : [];
  const field = fc.constantFrom(...(fields.length === 0 ? ['x'] : fields));
  const changes = fc.array(fc.tuple(fc.oneof(field, field, oddText), oddValue), { maxLength: 3 });
  const kept = fc.subarray(fields.filter((name) => name in sound));
  return fc.oneof(
    fc
      .tuple(kept, changes)
      .map(([names, changed]) => ({ ...Object.fromEntries(names.map((name) => [name, sound[name]])), ...Object.fromEntries(changed) })),
    oddValue,
  );
};
const idText = fc.oneof(fc.constantFrom('1', '2', '0', '-1', '1e3', '9223372036854775808'), oddText);
const routes: [string, Route][] = Object.entries(ROUTES);

const anyRequest = fc.constantFrom(...routes).chain(([, route]) =>
  fc.record({
    method: fc.constant(route.method),
    url: fc.array(idText, { minLength: 3, maxLength: 3 }).map((ids) => {
      let at = 0;
      return route.path.replace(/:[a-z_]+/g, () => encodeURIComponent((ids[at++] ?? '1').toWellFormed()));
    }),
    query: fc.dictionary(
      fc.constantFrom('x', ...Object.keys(route.query?.properties ?? {}).filter((name) => name !== 'wait_ms')),
      idText.map((text) => text.toWellFormed()),
      { maxKeys: 3 },
    ),
    body: route.body === undefined ? fc.constant(undefined) : bodyOf(route),
  }),
);

/** The one 503 that a sound host may give here: HakuRiver's answer when all targets are bad. */
const noTargetTookIt = (url: string, answer: { statusCode: number; body: string }) =>
  url === '/submit' && answer.statusCode === 503 && answer.body.includes('"failed_targets":[{');

test('no request whatever is answered by a server error', { timeout: 300_000 }, async () => {
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(anyRequest, async ({ method, url, query, body }) => {
      const payload = body === undefined ? {} : { payload: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      const answer = await host.inject({ method, url, query, ...payload });
      statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
      if (answer.statusCode >= 500 && !noTargetTookIt(url, answer))
        throw new Error(`${method} ${url} ${JSON.stringify(query)} ${JSON.stringify(body)}: ${answer.body} ${host.logLines.at(-1) ?? ''}`);
    }),
    { numRuns: 2_000, seed: 7 },
  );
  for (const status of [200, 201, 404, 422]) expect(statuses.get(status)).toBeGreaterThan(0);
  expect(await host.client().healthShow()).toMatchObject({ status: 'healthy' });
});
