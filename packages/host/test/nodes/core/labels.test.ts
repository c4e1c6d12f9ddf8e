import { describe, expect, test } from 'vitest';
import { changeLabels } from '../../../src/nodes/core/labels.ts';

describe('labels', () => {
  test('are set, replaced and removed', () => {
    expect(changeLabels({ a: '1', b: '2' }, { set: { b: '3', c: '' }, remove: ['a', 'unknown'] })).toEqual({ b: '3', c: '' });
  });

  test.each([
    [{}, 'say which labels'],
    [{ set: {}, remove: [] }, 'say which labels'],
    [{ set: { a: '1' }, remove: ['a'] }, 'cannot be set and removed'],
    [{ set: Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`l${index}`, ''])) }, 'can have 64 labels, not 65'],
  ])('are refused as %j', (change, message) => {
    expect(() => changeLabels({ own: 'x' }, change)).toThrow(message);
  });
});
