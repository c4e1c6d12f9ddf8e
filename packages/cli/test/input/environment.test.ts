import { expect, test } from 'vitest';
import { readEnvironment } from '../../src/input/environment.ts';

test.each([
  [['A=1'], { A: '1' }],
  [['A='], { A: '' }],
  [['A=x=y z'], { A: 'x=y z' }],
  [['A=1', 'A=2'], { A: '2' }],
  [['MINE'], { MINE: 'own value' }],
  [[], {}],
])('%j reads as %j', (entries, expected) => expect(readEnvironment(entries, { MINE: 'own value' })).toEqual(expected));

test.each(['=1', '1A=2', 'A-B=1', ''])('"%s" names no variable', (entry) =>
  expect(() => readEnvironment([entry], {})).toThrow(`--env "${entry}" does not name a variable`),
);

test('a variable that the caller does not have is refused by name', () =>
  expect(() => readEnvironment(['ABSENT'], {})).toThrow('--env ABSENT: you have no variable of that name'));
