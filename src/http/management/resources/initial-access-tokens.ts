import type {
  InitialAccessToken,
  InitialAccessTokens,
} from '../../../domain/clients/registration/initial-access-tokens.ts';
import type { Owners } from '../../../domain/identity/groups/owners.ts';
import type { Versioned } from '../../../domain/ports/document-store.ts';
import { type Call, existing, objectAnswer, pageAnswer, pageOf } from '../call.ts';
import { managementRefusal } from '../management-refusals.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenId, type IoOf, OWN, PAGE } from '../route.ts';
import { named } from '../schema.ts';
import { identified, input, integer, oneOf, output, page, RECORD, seconds, string, text } from '../schema-parts.ts';
import { show } from '../wire-names.ts';
import { AGENT_SCOPES } from './agents/scopes.ts';

const NEW_INITIAL_ACCESS_TOKEN = named(
  'NewInitialAccessToken',
  input({
    owner: text('Account or group that is asked to own what is registered. Default: the calling account.', 64),
    blueprint: text('Blueprint of the registered agents. Absent: the token registers clients that are not agents.', 64),
    uses: integer('Maximum number of registrations.', { minimum: 1, maximum: 1000, default: 1 }),
    expires_in: integer('Lifetime of the token in seconds.', { minimum: 60, maximum: 2_592_000, default: 3600 }),
  }),
);

const INITIAL_ACCESS_TOKEN = named(
  'InitialAccessToken',
  output(
    {
      ...identified('Begins with iat_.'),
      owner: string(),
      blueprint: string(),
      uses: integer('Maximum number of registrations.'),
      used: integer('Number of registrations so far.'),
      state: oneOf('Whether the token can still be used until it expires.', ['active', 'used', 'revoked']),
      created_by: string('Account or client that created it.'),
      revoked_at: seconds('When it was revoked.'),
      ...RECORD,
      expires_at: seconds('When it expires.'),
      initial_access_token: string('The token (RFC 7591 §1.2). Shown only once.'),
    },
    ['blueprint', 'revoked_at', 'initial_access_token'],
  ),
);

const INITIAL_ACCESS_TOKEN_PAGE = page(INITIAL_ACCESS_TOKEN);

const make = about('initial access tokens', AGENT_SCOPES);

const routes = {
  createInitialAccessToken: make.create(
    '/initial-access-tokens',
    NEW_INITIAL_ACCESS_TOKEN,
    INITIAL_ACCESS_TOKEN,
    'Create an initial access token with which agents or clients register themselves (RFC 7591). The token is shown only once',
    OWN,
  ),
  listInitialAccessTokens: make.read(
    '/initial-access-tokens',
    INITIAL_ACCESS_TOKEN_PAGE,
    'List initial access tokens that have not expired, newest first',
    { own: true, query: { ...PAGE, owner: givenId('Only those of this account or group.') } },
  ),
  getInitialAccessToken: make.read(
    '/initial-access-tokens/{id}',
    INITIAL_ACCESS_TOKEN,
    'Read an initial access token',
    OWN,
  ),
  revokeInitialAccessToken: make.act(
    '/initial-access-tokens/{id}/revoke',
    INITIAL_ACCESS_TOKEN,
    'Revoke an initial access token',
    OWN,
  ),
};

const MEMBERS = [
  'id',
  'owner',
  'blueprint',
  'uses',
  'used',
  'createdBy',
  'revokedAt',
  'createdAt',
  'updatedAt',
  'expiresAt',
] as const satisfies readonly (keyof InitialAccessToken)[];

const showInitialAccessToken = (token: InitialAccessToken) => ({
  ...show(token, MEMBERS),
  state:
    token.revokedAt !== undefined
      ? ('revoked' as const)
      : token.used < token.uses
        ? ('active' as const)
        : ('used' as const),
});

type Dependencies = {
  readonly initialAccessTokens: InitialAccessTokens;
  readonly owners: Pick<Owners, 'answersFor'>;
};

/** An owner creates and sees only their own tokens, and only tokens that register agents. */
const handlers = ({ initialAccessTokens: tokens, owners }: Dependencies): Handlers<typeof routes> => {
  const visible = async ({ id, access, caller }: Call): Promise<Versioned<InitialAccessToken>> => {
    const found = existing(await tokens.get(id));
    const isSeen = access === 'all' || (await owners.answersFor(found.document.owner, caller.id));
    return existing(isSeen ? found : undefined);
  };

  const checkOwn = async (
    { access, caller, body }: Call<IoOf<(typeof routes)['createInitialAccessToken']>>,
    owner: string,
  ): Promise<void> => {
    if (access === 'all') return;
    if (!(await owners.answersFor(owner, caller.id))) {
      throw managementRefusal('tokens_for_others_forbidden', { field: '/owner' });
    }
    if (!Object.hasOwn(body, 'blueprint')) {
      throw managementRefusal('tokens_for_clients_forbidden', { field: '/blueprint' });
    }
  };

  return {
    async createInitialAccessToken(call) {
      const owner = call.body.owner ?? call.caller.account ?? '';
      if (owner === '') {
        throw managementRefusal('owner_needed', { field: '/owner' });
      }
      await checkOwn(call, owner);
      const { token, ...stored } = await tokens.create({ ...call.body, owner }, call.by);
      return objectAnswer(stored, (document) => ({
        ...showInitialAccessToken(document),
        initial_access_token: token,
      }));
    },

    async listInitialAccessTokens(call) {
      const { query, access, caller } = call;
      if (access === 'own' && query.owner !== undefined && !(await owners.answersFor(query.owner, caller.id))) {
        return pageAnswer({ items: [] }, showInitialAccessToken);
      }
      const owner = query.owner ?? (access === 'own' ? caller.id : undefined);
      return pageAnswer(
        await tokens.list({ ...pageOf(call), ...(owner === undefined ? {} : { owner }) }),
        showInitialAccessToken,
      );
    },

    getInitialAccessToken: async (call) => objectAnswer(await visible(call), showInitialAccessToken),

    async revokeInitialAccessToken(call) {
      await visible(call);
      return objectAnswer(await tokens.revoke(call.id, call.by), showInitialAccessToken);
    },
  };
};

export const initialAccessTokens = resource(routes, handlers);
