import type { IDENTITY_ROUTES } from '@weir/contract';
import type { Handlers } from '../http/route-table.ts';
import type { Services } from '../services.ts';

/** Users and tokens. */
export function identityHandlers({ users, tokens }: Pick<Services, 'users' | 'tokens'>): Pick<Handlers, keyof typeof IDENTITY_ROUTES> {
  return {
    userList: async () => ({ users: await users.list() }),
    userShow: ({ params }) => users.show(params.name),
    userCreate: ({ identity, body }) => users.create(identity.user, body),
    userUpdate: ({ identity, params, body }) => users.update(identity.user, params.name, body),
    userRemove: async ({ identity, params }) => {
      await users.remove(identity, params.name);
      return { name: params.name };
    },
    tokenList: async ({ identity }) => ({ tokens: await tokens.list(identity) }),
    tokenCreate: ({ identity, body }) => tokens.create(identity, body),
    tokenRevoke: async ({ identity, params }) => {
      await tokens.revoke(identity, params.id);
      return { id: params.id };
    },
  };
}
