import { type Handlers, resource } from '../resource.ts';
import { READS, route } from '../route.ts';
import { named } from '../schema.ts';
import { list, oneOf, output, string } from '../schema-parts.ts';

const ME = named(
  'Me',
  output({
    kind: oneOf('Kind of the token’s subject.', ['account', 'client']),
    id: string(),
    name: string(),
    roles: list('Roles in this API, and `break_glass` of an account.', 4, string()),
    scope: list('Scopes of the token.', 100, string()),
  }),
);

const routes = {
  getMe: route({
    method: 'GET',
    path: '/me',
    tag: 'me',
    summary: 'Read the account or client of the token',
    policy: READS,
    roles: [],
    status: 200,
    answer: ME,
  }),
};

const handlers = (): Handlers<typeof routes> => ({
  getMe: async ({ caller: { account: _, ...caller } }) => ({ body: caller }),
});

export const me = resource<typeof routes, object>(routes, handlers);
