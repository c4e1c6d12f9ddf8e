/** Version of the frames; a host refuses a runner that speaks another. */
export const PROTOCOL_VERSION = 2;

/** Largest text frame either side accepts, bytes. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;

/** Longest line of a stage's event file, bytes; longer ones are refused by the runner. */
export const MAX_STAGE_EVENT_BYTES = 4 * 1024 * 1024;
