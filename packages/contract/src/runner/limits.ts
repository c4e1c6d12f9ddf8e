/** Version of the frames; a host refuses a runner that speaks another. */
export const PROTOCOL_VERSION = 2;

/** What a host says in WWW-Authenticate (RFC 9110 11.6.1) when it refuses a node's token; other programs on the way do not say it. */
export const NODE_CHALLENGE = 'Bearer realm="weir"';

/** Largest text frame either side accepts, bytes. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;

/** Longest line of a stage's event file, bytes; longer ones are refused by the runner. */
export const MAX_STAGE_EVENT_BYTES = 4 * 1024 * 1024;
