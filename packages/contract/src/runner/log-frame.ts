/** A piece of a log, answered to readLog as one binary frame. */
export interface LogChunk {
  readonly requestId: number;
  /** Byte of the file at which `data` begins. */
  readonly offset: number;
  /** Bytes in the file when it was read. */
  readonly size: number;
  /** The attempt has ended: nothing will follow `size`. */
  readonly ended: boolean;
  readonly data: Uint8Array;
}

const HEADER_BYTES = 25;

/** Lays a chunk out as one binary frame: requestId, offset, size (float64 each), ended (1 byte), data. */
export function encodeLogChunk(chunk: LogChunk): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + chunk.data.byteLength);
  const view = new DataView(frame.buffer);
  view.setFloat64(0, chunk.requestId);
  view.setFloat64(8, chunk.offset);
  view.setFloat64(16, chunk.size);
  view.setUint8(24, chunk.ended ? 1 : 0);
  frame.set(chunk.data, HEADER_BYTES);
  return frame;
}

/** Reads a binary frame; throws a RangeError when it is shorter than its header. */
export function decodeLogChunk(frame: Uint8Array): LogChunk {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  return {
    requestId: view.getFloat64(0),
    offset: view.getFloat64(8),
    size: view.getFloat64(16),
    ended: view.getUint8(24) === 1,
    data: frame.subarray(HEADER_BYTES),
  };
}
