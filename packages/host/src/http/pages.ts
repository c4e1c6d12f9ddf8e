import type { FastifyInstance } from 'fastify';
import { AppError } from '@weir/contract';
import type { IdentityService } from '../identity/identity-service.ts';
import { sessionCookie } from './authentication.ts';

/** `/open?ticket=…&to=/path`: trades a ticket for a browser session and goes on to a page of ours. */
export function registerPages(app: FastifyInstance, identity: IdentityService): void {
  app.get('/open', async (request, reply) => {
    const { ticket, to } = readQuery(request.query);
    const session = await identity.redeemTicket(ticket);
    return reply.header('set-cookie', sessionCookie(session.token, session.maxAgeSeconds)).redirect(to, 303);
  });
}

function readQuery(query: unknown): { ticket: string; to: string } {
  const given = typeof query === 'object' && query !== null ? query : {};
  const ticket = 'ticket' in given && typeof given.ticket === 'string' ? given.ticket : '';
  const to = 'to' in given && typeof given.to === 'string' ? given.to : '/api/health';
  // Only a path of this host: "//elsewhere" and "/\elsewhere" lead away.
  if (!/^\/(?![/\\])[\w\-./?=&%]*$/.test(to))
    throw new AppError('invalid_input', 'to must be a path of this host', { field: 'to', value: to });
  return { ticket, to };
}
