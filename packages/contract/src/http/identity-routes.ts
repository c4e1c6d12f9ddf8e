import { Type } from 'typebox';
import { NewToken, Token, TokenCreate, User, UserCreate, UserUpdate } from '../identity/identity-schemas.ts';
import { Identifier, IdNumber } from '../ids.ts';
import type { Route } from './route.ts';

const Named = Type.Object({ name: Identifier });

/** Users and tokens. */
export const IDENTITY_ROUTES = {
  userList: {
    method: 'GET',
    path: '/api/users',
    summary: 'Everybody who may use this fleet',
    response: Type.Object({ users: Type.Array(User) }),
    access: 'admin',
  },
  userCreate: { method: 'POST', path: '/api/users', summary: 'Add a user', body: UserCreate, response: User, status: 201, access: 'admin' },
  userShow: { method: 'GET', path: '/api/users/:name', summary: 'One user', params: Named, response: User, access: 'admin' },
  userUpdate: {
    method: 'PATCH',
    path: '/api/users/:name',
    summary: 'Change role, default account or limits of a user',
    params: Named,
    body: UserUpdate,
    response: User,
    access: 'admin',
  },
  userRemove: {
    method: 'DELETE',
    path: '/api/users/:name',
    summary: 'Remove a user with all tokens and browser sessions; waiting and running jobs are cancelled',
    params: Named,
    response: Type.Object({ name: Identifier }),
    access: 'admin',
  },
  tokenList: {
    method: 'GET',
    path: '/api/tokens',
    summary: "The asker's tokens, or everybody's for an admin; never their secrets",
    response: Type.Object({ tokens: Type.Array(Token) }),
    access: 'user',
  },
  tokenCreate: {
    method: 'POST',
    path: '/api/tokens',
    summary: 'A new token; its secret is in this answer and nowhere else. Join tokens and tokens of others need an admin',
    body: TokenCreate,
    response: NewToken,
    status: 201,
    access: 'user',
  },
  tokenRevoke: {
    method: 'DELETE',
    path: '/api/tokens/:id',
    summary: 'Make a token useless at once',
    params: Type.Object({ id: IdNumber }),
    response: Type.Object({ id: IdNumber }),
    access: 'user',
  },
} as const satisfies Record<string, Route>;
