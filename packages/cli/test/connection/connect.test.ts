import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { connect } from '../../src/connection/connect.ts';
import { storeLogin } from '../../src/connection/logins.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-home-'));
  mkdirSync(join(home, 'run'));
  writeFileSync(join(home, 'run', 'host.json'), JSON.stringify({ pid: 1, startTicks: 1, url: 'http://127.0.0.1:7766' }));
  writeFileSync(join(home, 'credential'), JSON.stringify({ user: 'ada', token: 'own' }));
});
afterEach(() => rmSync(home, { recursive: true }));

const at = (environment: Record<string, string> = {}, host?: string) =>
  connect({ config: readConfig({ WEIR_HOME: home, ...environment }), host });

test("the home's host gets the home's credential", () => expect(at().options).toEqual({ url: 'http://127.0.0.1:7766', token: 'own' }));

test('a named host wins over the environment and the home', () =>
  expect(at({ WEIR_HOST: 'http://b:1', WEIR_TOKEN: 't' }, 'http://a:1/').options).toEqual({ url: 'http://a:1', token: 't' }));

test('a host may be named without http://', () => expect(at({ WEIR_HOST: 'box:7766', WEIR_TOKEN: 't' }).url).toBe('http://box:7766'));

test("the home's credential never goes to another host", () =>
  expect(() => at({}, 'http://elsewhere:7766')).toThrow(
    /^no token for http:\/\/elsewhere:7766: run "weir login --host http:\/\/elsewhere:7766", or set WEIR_TOKEN/,
  ));

test('a host of a login gets the token of that login, and is the one talked to when none runs', () => {
  storeLogin(home, { url: 'https://lab', token: 'lab' });
  expect(at({}, 'https://lab/').options).toEqual({ url: 'https://lab', token: 'lab' });
  expect(at().options.token).toBe('own');
  rmSync(join(home, 'run', 'host.json'));
  expect(at().options).toEqual({ url: 'https://lab', token: 'lab' });
});

test("the home's own host may be named", () => expect(at({}, '127.0.0.1:7766').options.token).toBe('own'));

test('what is not an address is refused', () => expect(() => at({}, 'http://')).toThrow('is not the address of a host'));

test('half a record counts as no host', () => {
  writeFileSync(join(home, 'run', 'host.json'), '{"pid":1,');
  expect(() => at()).toThrow('no host runs in');
});

test('a missing credential is named', () => {
  rmSync(join(home, 'credential'));
  expect(() => at()).toThrow(`${join(home, 'credential')} is missing`);
});

test('a port that is none is refused by its variable', () =>
  expect(() => readConfig({ WEIR_PORT: '77666' })).toThrow('WEIR_PORT is "77666"'));
