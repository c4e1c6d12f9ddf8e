import { expect, test } from 'vitest';
import fc from 'fast-check';
import { decodeLogChunk, encodeLogChunk } from '@weir/contract';

test('a log chunk is read back as it was written, also from the middle of a larger buffer', () => {
  const natural = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  const chunk = fc.record({
    requestId: natural,
    offset: natural,
    size: natural,
    ended: fc.boolean(),
    data: fc.uint8Array({ maxLength: 300 }),
  });
  fc.assert(
    fc.property(chunk, fc.integer({ min: 0, max: 20 }), (given, padding) => {
      const frame = encodeLogChunk(given);
      const larger = new Uint8Array(padding + frame.byteLength + 3);
      larger.set(frame, padding);
      expect(decodeLogChunk(larger.subarray(padding, padding + frame.byteLength))).toEqual(given);
    }),
  );
});

test('a frame shorter than its header is refused', () => {
  expect(() => decodeLogChunk(new Uint8Array(24))).toThrow(RangeError);
});
