import { expect, test } from 'vitest';
import { ComposeFleet } from '../support/compose-fleet.ts';
import { waitFor } from '../support/wait.ts';

interface NodeList {
  readonly nodes: readonly { readonly name: string; readonly state: string }[];
}

const missing = await ComposeFleet.findMissing();
if (missing !== undefined) process.stderr.write(`The fleet of docker-compose is not tested: ${missing}.\n`);

test.skipIf(missing !== undefined)(
  'one command brings up a fleet of five nodes from a clean machine, and what it did outlives its containers',
  async () => {
    await using fleet = await ComposeFleet.prepare();
    const up = (...options: string[]) => fleet.compose('up', '--detach', '--scale', 'runner=5', ...options);
    up('--build');
    await waitFor('every service is healthy', () =>
      fleet.countHealthy('runner') === 5 && fleet.countHealthy('host') === 1 ? true : undefined,
    );

    const { nodes } = JSON.parse(fleet.weir('node', 'list', '--json')) as NodeList;
    expect(new Set(nodes.map(({ name }) => name)).size).toBe(5);
    expect(nodes.map(({ state }) => state)).toEqual(Array(5).fill('online'));
    // Five jobs of a whole node each run on five nodes, and each says where.
    const batch = ['job', 'submit', ...nodes.flatMap(({ name }) => ['--target', name]), '--wait', '--', 'hostname'];
    fleet.weir(...batch);
    const said = nodes.map((_, index) => fleet.weir('job', 'logs', String(index + 1)).trim());
    expect(said.sort()).toEqual(nodes.map(({ name }) => name).sort());

    expect((await fetch(`${fleet.url}/health`)).status).toBe(200);
    expect((await fetch(`${fleet.url}/api/jobs`)).status).toBe(401);

    fleet.compose('down', '--timeout', '5');
    up();
    await waitFor('the new nodes joined', () => (fleet.countHealthy('runner') === 5 ? true : undefined));
    expect(fleet.weir('job', 'show', '1')).toContain('completed');
    expect(fleet.weir('job', 'submit', '--follow', '--', 'echo', 'again')).toContain('again');
  },
  600_000,
);
