import type { FastifyRequest } from 'fastify';
import { AppError, type Route } from '@weir/contract';
import type { Identity, IdentityService } from '../identity/identity-service.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on routes that need a user. */
    identity: Identity | undefined;
    /** Set on the runner's socket. */
    nodeName: string | undefined;
  }
}

const COOKIE = 'weir_session';

/** The token of an `Authorization: Bearer` header. */
export function readBearer(request: FastifyRequest): string | undefined {
  return /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? '')?.[1];
}

/** What vouches for the caller: its token, or the one in its cookie. */
export function readCredential(request: FastifyRequest): string | undefined {
  return readBearer(request) ?? readCookie(request);
}

/** The header that stores a browser's session token. */
export function sessionCookie(token: string, maxAgeSeconds: number): string {
  return `${COOKIE}=${token}; Max-Age=${maxAgeSeconds}; Path=/; HttpOnly; SameSite=Strict`;
}

/** Finds out who asks and whether the route is theirs; throws `unauthenticated` or `forbidden`. */
export async function authenticate(request: FastifyRequest, identity: IdentityService, access: Route['access']): Promise<void> {
  if (access === 'open') return;
  const bearer = readBearer(request);
  request.identity = await identity.authenticateUser(bearer ?? readCookie(request), request.ip);
  if (bearer === undefined) refuseForeignPage(request);
  if (access === 'admin' && request.identity.role !== 'admin') throw new AppError('forbidden', 'only an admin may do this');
}

/** A request that a cookie vouches for must come from our own pages, also when a browser ignores SameSite. */
function refuseForeignPage(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  const navigates = request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !navigates)
    throw new AppError('forbidden', 'this page may not call Weir');
  const { origin } = request.headers;
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== request.headers.host))
    throw new AppError('forbidden', 'this page may not call Weir');
}

function readCookie(request: FastifyRequest): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}
