/** What the id of a store looks like: a UUID, made with the store. */
export const STORE_ID_PATTERN = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

const HEAD = 'Bearer realm="weir", store="';
const storeId = new RegExp(STORE_ID_PATTERN);

/**
 * What a host says in WWW-Authenticate (RFC 9110 11.6.1) when it refuses a node's token: that it is a host, not a program on the way, and
 * whose tokens it knows.
 */
export function makeNodeChallenge(id: string): string {
  return `${HEAD}${id}"`;
}

/** The store's id of a host's challenge; undefined for everything else. */
export function readNodeChallenge(challenge: string | undefined): string | undefined {
  const id = challenge?.slice(HEAD.length, -1) ?? '';
  return storeId.test(id) && challenge === makeNodeChallenge(id) ? id : undefined;
}
