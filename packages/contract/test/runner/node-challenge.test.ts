import { expect, test } from 'vitest';
import { makeNodeChallenge, readNodeChallenge } from '../../src/index.ts';

const ID = 'd9428888-122b-4d0e-8f3a-0b1c2d3e4f50';

test('the store of a challenge is read as it was written', () => {
  expect(makeNodeChallenge(ID)).toBe(`Bearer realm="weir", store="${ID}"`);
  expect(readNodeChallenge(makeNodeChallenge(ID))).toBe(ID);
});

test.each([
  undefined,
  '',
  'Bearer realm="weir"',
  'Bearer realm="weir", store=""',
  'Basic realm="proxy"',
  `Bearer realm="weir", store="${ID}`,
  `Bearer realm="weir", store="${ID}" `,
  `Bearer realm="weir", store="${ID.toUpperCase()}"`,
  `Bearer realm="weir", store="${ID}", error="invalid_token"`,
  `Basic realm="proxy", Bearer realm="weir", store="${ID}"`,
  `Bearer realm="reiw", store="${ID}"`,
])('%j is not the challenge of a host', (challenge) => {
  expect(readNodeChallenge(challenge)).toBeUndefined();
});
