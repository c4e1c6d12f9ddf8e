import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '@weir/contract';
import { loadReservations } from '../../src/reservations/reservation-store.ts';
import { TestHost } from '../test-host.ts';

let host: TestHost;
let admin: Client;
beforeAll(async () => {
  host = await TestHost.start();
  admin = host.client();
  await host.connectedRunner('a');
  await host.connectedRunner('b');
});
afterAll(() => host[Symbol.asyncDispose]());

/** Hours from now. */
const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const free = async () => {
  for (const { name } of (await admin.reservationList()).reservations) await admin.reservationRemove({ params: { name } });
};

test('a reservation is kept as it was asked for, and told to the scheduler', async () => {
  await admin.userCreate({ body: { name: 'ann' } });
  await admin.accountCreate({ body: { name: 'lab' } });
  const body = { name: 'exam', nodes: ['a'], users: ['ann'], accounts: ['lab'], starts_at: at(1), ends_at: at(2), reason: 'the exam' };
  const created = await admin.reservationCreate({ body });
  expect(created).toEqual({ ...body, id: created.id, created_by: 'root' });
  expect((await admin.reservationList()).reservations).toEqual([created]);
  const [window] = await loadReservations(host.running.services.store.read);
  expect(window).toEqual({
    name: 'exam',
    nodes: new Set(['a']),
    users: new Set(['ann']),
    accounts: new Set(['lab']),
    startsAt: Date.parse(body.starts_at),
    endsAt: Date.parse(body.ends_at),
  });
  await admin.reservationRemove({ params: { name: 'exam' } });
  expect(await loadReservations(host.running.services.store.read)).toEqual([]);
  await expect(admin.reservationRemove({ params: { name: 'exam' } })).rejects.toMatchObject({ code: 'reservation_not_found' });
});

describe('a reservation is refused', () => {
  const base = { name: 'x', starts_at: at(1), ends_at: at(2) };
  test.each([
    ['that ends before it starts', { ...base, starts_at: at(3) }, 'invalid_input', 'is not after starts_at'],
    ['that ends as it starts', { ...base, ends_at: base.starts_at }, 'invalid_input', 'is not after starts_at'],
    ['that is over', { ...base, starts_at: at(-3), ends_at: at(-2) }, 'invalid_input', 'is over already'],
    ['whose time is none', { ...base, starts_at: 'soon' }, 'invalid_input', 'is not a time'],
    ['whose time has no zone', { ...base, starts_at: '2026-01-31T12:00:00' }, 'invalid_input', 'is not a time'],
  ])('%s', async (...[, body, code, message]) => {
    await expect(admin.reservationCreate({ body })).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
    expect((await admin.reservationList()).reservations).toEqual([]);
  });

  test.each([
    ['a node', 'nodes', ['a', 'nowhere'], 'node_not_found'],
    ['a user', 'users', ['root', 'nobody'], 'user_not_found'],
    ['an account', 'accounts', ['default', 'root', 'none'], 'account_not_found'],
  ])('of %s that is not there', async (...[, field, names, code]) => {
    const value = names.at(-1) ?? '';
    await expect(admin.reservationCreate({ body: { ...base, [field]: names } })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`"${value}"`) as string,
      detail: { field, value },
    });
    expect((await admin.reservationList()).reservations).toEqual([]);
  });

  test('to anybody but an admin', async () => {
    const bob = host.client(await host.addUser('bob'));
    await expect(bob.reservationCreate({ body: base })).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('two reservations', () => {
  test.each([
    ['on one node at one time', ['a'], ['a', 'b'], [1, 3], [2, 4], false],
    ['inside each other', ['a'], ['a'], [1, 4], [2, 3], false],
    ['of every node and of one', null, ['b'], [1, 3], [2, 4], false],
    ['of every node, twice', null, null, [1, 3], [2, 4], false],
    ['on different nodes', ['a'], ['b'], [1, 3], [2, 4], true],
    ['one after the other', ['a'], ['a'], [1, 2], [2, 3], true],
  ] as const)('%s', async (...[, first, second, one, two, fits]) => {
    const now = Date.now();
    const ask = (name: string, nodes: readonly string[] | null, hours: readonly [number, number]) => {
      const [from, to] = hours.map((hour) => new Date(now + hour * 3_600_000).toISOString());
      return admin.reservationCreate({ body: { name, nodes: nodes && [...nodes], starts_at: from ?? '', ends_at: to ?? '' } });
    };
    await ask('first', first, one);
    const asked = ask('second', second, two);
    if (fits) await expect(asked).resolves.toMatchObject({ name: 'second' });
    else await expect(asked).rejects.toMatchObject({ code: 'state_conflict', message: expect.stringContaining('"first"') as string });
    await expect(ask('first', ['a'], [9, 10])).rejects.toMatchObject({ code: 'already_exists' });
    await free();
  });
});

test('a reservation that is over is not listed, and its name is free again', async () => {
  await admin.reservationCreate({ body: { name: 'past', starts_at: at(1), ends_at: at(2) } });
  await host.running.services.store.write(({ db }) =>
    db
      .updateTable('reservations')
      .set({ starts_at: Date.now() - 2_000, ends_at: Date.now() - 1_000 })
      .execute(),
  );
  expect((await admin.reservationList()).reservations).toEqual([]);
  expect(await admin.reservationCreate({ body: { name: 'past', starts_at: at(1), ends_at: at(2) } })).toMatchObject({ name: 'past' });
  await free();
});
