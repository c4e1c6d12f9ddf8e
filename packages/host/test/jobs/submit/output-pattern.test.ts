import { expect, test } from 'vitest';
import { checkOutputPattern } from '../../../src/jobs/submit/output-pattern.ts';

const check = (pattern: string, workdir?: string) => checkOutputPattern('stdout', pattern, workdir);

test.each(['out.txt', 'logs/%j-%A_%a.txt', './a', 'a..b', '..a/b', '%n-%N-%u', '100%%', 'ünïcödé {x}', 'a//b', '%%j'])(
  'a path below the workdir is taken: %j',
  (pattern) => expect(() => check(pattern)).not.toThrow(),
);

test.each(['/w/out', '/w/a/b', '/w//x'])('an absolute path below the workdir is taken: %j', (pattern) => {
  expect(() => check(pattern, '/w')).not.toThrow();
  expect(() => check(pattern, '/w/')).not.toThrow();
});

test.each([
  ['/etc/passwd', '/w'],
  ['/etc/passwd', undefined],
  ['/wide/out', '/w'],
  ['/w/../etc/passwd', '/w'],
  ['../out', '/w'],
  ['a/../../out', '/w'],
  ['..', '/w'],
  ['a/..', '/w'],
])('a path elsewhere is refused: %j from %j', (pattern, workdir) => {
  expect(() => check(pattern, workdir)).toThrow(
    expect.objectContaining({ code: 'path_not_allowed', detail: { field: 'stdout', value: pattern } }),
  );
});

test.each(['%', 'a%', '%x', '%J', '%%%', '% j', '%💥', '%s/%n'])('a sign that means nothing is refused: %j', (pattern) => {
  expect(() => check(pattern)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});

test.each([
  ['a/', undefined],
  ['.', undefined],
  ['a/.', undefined],
  ['/w', '/w/'],
  ['/w/', '/w'],
])('a folder is refused: %j from %j', (pattern, workdir) => {
  expect(() => check(pattern, workdir)).toThrow(expect.objectContaining({ detail: { field: 'stdout', value: pattern } }));
});
