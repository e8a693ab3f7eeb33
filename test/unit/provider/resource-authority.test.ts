/** What a request of oidc-provider brings to the decision about a resource, and what the decision gives it (D4). */
import { expect, test } from '@jest/globals';
import type { Decision } from '../../../src/domain/authority/decision/decision.ts';
import type { DecisionFacts } from '../../../src/domain/authority/decision/facts.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { jwtFormOf, resourceAuthority } from '../../../src/provider/requests/resource-authority.ts';
import { requestState } from '../../../src/provider/seam/request-state.ts';
import { agent, resourceServer } from '../token-exchange/fakes.ts';
import { begunRequest } from './begun-request.ts';

const NOW = 1_800_000_000;
const MAIL = 'https://mail.example';
const CIBA = 'urn:openid:params:grant-type:ciba';
const PAYMENT = { type: 'payment', amount: 5 };

type World = {
  readonly decision?: Partial<Decision>;
  readonly server?: object | undefined;
  readonly delegation?: object;
  readonly transaction?: object;
  readonly asked?: readonly object[] | undefined;
  readonly authority?: Readonly<Record<string, readonly string[]>>;
  readonly agents?: object;
};

const scene = (world: World = {}) => {
  const facts: DecisionFacts[] = [];
  const asks: unknown[] = [];
  const server = { ...resourceServer('rs_mail', MAIL, ['read', 'send']), accessTokenTtlSeconds: 300, ...world.server };
  const decision = {
    id: 'dec_1',
    route: 'refresh_token',
    scope: ['read'],
    removed: [],
    details: [],
    removedDetails: [],
    limits: [],
    ...world.decision,
  };
  const found = <T>(document: T | undefined) => document && { document, version: 1 };
  const consented: Readonly<Record<string, object | undefined>> = { acc_anna: world.delegation };
  const authority = resourceAuthority({
    agents: {
      get: async (id: string) =>
        found(id === 'agt_a' ? agent('agt_a', { authority: world.authority, ...world.agents } as never) : undefined),
    },
    clients: { get: async (id: string) => found({ id, authority: world.authority }) },
    accounts: { get: async (id: string) => found({ id }) },
    resourceServers: {
      findByIdentifier: async (identifier: string) =>
        found(
          identifier.includes('none')
            ? undefined
            : { ...server, state: identifier.includes('off') ? 'off' : 'active', ...world.server, identifier },
        ),
    },
    delegations: {
      consented: async (subject: string) =>
        subject === 'acc_ben' ? { id: 'dlg_ben', subject, scope: ['read'], expiresAt: NOW + 50 } : consented[subject],
    },
    clock: { now: () => NOW },
    async authorize(given: DecisionFacts) {
      facts.push(given);
      return decision;
    },
    details: { ofTokenRequest: () => world.asked },
    transactions: {
      of: async () => world.transaction,
      checkPerson: (transaction: unknown, person: unknown) => asks.push(['person', transaction, person]),
    },
    identifiers: { newId: (prefix: string) => `${prefix}_1` },
    approvals: {
      asking: {
        async ask(request: { readonly chain: unknown; readonly origin: object }) {
          asks.push(['approval', request.origin]);
          return { id: 'apr_1' };
        },
      },
      remedyOf: ({ id }: { readonly id: string }) => ({ kind: 'approval', id }),
    },
  } as never);
  return { authority, facts, asks };
};

type Oidc = {
  readonly route?: string;
  readonly grantType?: string;
  readonly params?: object;
  readonly entities?: object;
};

const requestOf = (
  { route = 'token', grantType = 'refresh_token', params, entities = {}, ...more }: Oidc & object,
  dpop = '',
) => ({
  req: begunRequest(),
  get: () => dpop,
  oidc: { route, params: { grant_type: grantType, ...params } as Record<string, unknown>, entities, ...more },
});

const REFRESH = {
  entities: {
    RefreshToken: { accountId: 'acc_anna', scope: 'read send', grantId: 'grt_1', isSenderConstrained: () => false },
  },
};
const at = (world: ReturnType<typeof scene>, request: ReturnType<typeof requestOf>, clientId = 'agt_a') =>
  world.authority.at(request as never, MAIL, clientId);

test('a JWT is signed as its resource server says, and has an index in a status list where that has one', () => {
  const server = { id: 'rs_1', accessTokenSigningAlg: 'ES256' } as never;
  expect(jwtFormOf(server)).toStrictEqual({ sign: { alg: 'ES256' } });
  expect(jwtFormOf({ ...(server as object), statusList: true } as never)).toStrictEqual({
    sign: { alg: 'ES256' },
    statusListOf: 'rs_1',
  });
});

test('a resource that is unknown or not active is no target (RFC 8707 §2)', async () => {
  const { authority } = scene();
  for (const resource of ['https://none.example', 'https://off.example']) {
    await expect(authority.at(requestOf(REFRESH) as never, resource, 'agt_a')).rejects.toMatchObject({
      error: 'invalid_target',
    });
  }
});

test('an unknown agent is no client, and another grant takes no resource from oidc-provider', async () => {
  const { authority } = scene();
  await expect(authority.at(requestOf(REFRESH) as never, MAIL, 'agt_b')).rejects.toMatchObject({
    error: 'invalid_client',
  });
  const other = requestOf({ grantType: CIBA });
  await expect(authority.at(other as never, MAIL, 'agt_a')).rejects.toMatchObject({ error: 'invalid_target' });
});

test('a request to a person brings no grant, delegation or transaction yet', async () => {
  const world = scene({ transaction: { id: 'txn_1' } });
  const scopes = { req: begunRequest(), get: () => '' };
  const oidc = { route: 'authorization', params: { scope: 'read' }, entities: { Account: { accountId: 'acc_anna' } } };
  const given = await world.authority.at({ ...scopes, oidc } as never, MAIL, 'cli_app');
  expect(world.facts).toEqual([
    {
      route: 'authorization_request',
      now: NOW,
      server: expect.objectContaining({ identifier: MAIL }),
      caller: expect.objectContaining({ kind: 'client', id: 'cli_app' }),
      through: [],
      subject: { id: 'acc_anna' },
      source: '192.0.2.1',
      isBound: false,
    },
  ]);
  expect(world.asks).toEqual([]);
  expect(given).toMatchObject({ scope: 'read', audience: MAIL, accessTokenTTL: 300, accessTokenFormat: 'jwt' });
});

test('only a request to a person that names no scope gets the defaults of the resource (RFC 6749 §3.3)', async () => {
  const toPerson = requestOf({ route: 'authorization' });
  await at(scene(), toPerson, 'cli_app');
  expect([...(requestState(toPerson).defaultScopes ?? [])]).toEqual(['read']);
  const forToken = requestOf(REFRESH);
  await at(scene(), forToken);
  expect(requestState(forToken).defaultScopes).toBeUndefined();
});

test('a client that acts for itself has no subject, and gets what it holds when it names no scope', async () => {
  const world = scene();
  const request = requestOf({ grantType: 'client_credentials', entities: { Account: { accountId: 'acc_anna' } } });
  await at(world, request);
  const [facts] = world.facts;
  expect(facts).toMatchObject({ route: 'client_credentials', subject: undefined, actors: ['agt_a'] });
  expect(facts?.details).toStrictEqual({ asked: undefined });
  expect(facts).not.toHaveProperty('delegation');
  expect(request.oidc.params['scope']).toBe('read');
  const named = requestOf({ grantType: 'client_credentials', params: { scope: 'send' } });
  await at(scene(), named);
  expect(named.oidc.params['scope']).toBe('send');
  const refresh = requestOf(REFRESH);
  await at(scene(), refresh);
  expect(refresh.oidc.params).not.toHaveProperty('scope');
});

test('a client brings what the person allowed it, and no delegation', async () => {
  const world = scene({ asked: [PAYMENT] });
  const entities = { ...REFRESH.entities, Grant: { details: { [MAIL]: [PAYMENT] } } };
  await at(world, requestOf({ entities }), 'cli_app');
  expect(world.facts[0]).toMatchObject({ actors: [], asked: ['read', 'send'], subject: { id: 'acc_anna' } });
  expect(world.facts[0]?.details).toStrictEqual({ asked: [PAYMENT], grant: [PAYMENT] });
  expect(world.facts[0]).not.toHaveProperty('delegation');
  for (const Grant of [{ details: { 'https://other.example': [PAYMENT] } }, {}, undefined]) {
    const other = scene();
    await at(other, requestOf({ entities: { ...REFRESH.entities, Grant } }), 'cli_app');
    expect(other.facts[0]?.details).toStrictEqual({ asked: undefined, grant: [] });
  }
});

test('an agent brings the delegation of the person, and without one holds nothing', async () => {
  const delegation = { id: 'dlg_1', scope: ['read'], details: [PAYMENT], chain: ['agt_a'], expiresAt: NOW + 100 };
  const world = scene({ delegation });
  expect(await at(world, requestOf(REFRESH))).toMatchObject({ accessTokenTTL: 100 });
  expect(world.facts[0]).toMatchObject({ delegation: ['read'], details: { delegation: [[PAYMENT]] } });
  expect(world.facts[0]).not.toHaveProperty('consented');
  const none = scene();
  await at(none, requestOf(REFRESH));
  expect(none.facts[0]).toMatchObject({ delegation: [], details: { delegation: [[]] } });
});

test.each<[string, object, string | undefined]>([
  ['the code', { AuthorizationCode: { accountId: 'acc_1' }, RefreshToken: { accountId: 'acc_2' } }, 'acc_1'],
  ['the refresh token', { RefreshToken: { accountId: 'acc_2' }, Account: { accountId: 'acc_4' } }, 'acc_2'],
  ['the device code', { DeviceCode: { accountId: 'acc_3' }, Account: { accountId: 'acc_4' } }, 'acc_3'],
  ['the account', { Account: { accountId: 'acc_4' } }, 'acc_4'],
  ['nothing', {}, undefined],
])('a token request is about the person of %s', async (_, entities, id) => {
  const world = scene();
  await at(world, requestOf({ entities }));
  expect(world.facts[0]?.subject).toEqual(id === undefined ? undefined : { id });
});

test('a device code on a page says nothing about the person who opens it', async () => {
  const world = scene();
  await at(world, requestOf({ route: 'code_verification', entities: { DeviceCode: { accountId: 'acc_3' } } }));
  expect(world.facts[0]?.subject).toBeUndefined();
});

test.each<[object, object, readonly string[] | undefined]>([
  [{ scope: 'send' }, { RefreshToken: { accountId: 'acc_anna', scope: 'read' } }, ['send']],
  [{}, { DeviceCode: { accountId: 'acc_anna', scope: 'read' } }, ['read']],
  [{ scope: '' }, { RefreshToken: { accountId: 'acc_anna', scope: 'read' } }, undefined],
  [{ scope: 7 }, { RefreshToken: { accountId: 'acc_anna' } }, undefined],
  [{}, { RefreshToken: { accountId: 'acc_anna' } }, undefined],
])('with %j of %j the scope asked for is %j', async (params, entities, asked) => {
  const world = scene();
  await at(world, requestOf({ params, entities }));
  expect(world.facts[0]?.asked).toEqual(asked);
});

test.each<[string, object, boolean]>([
  ['proof', {}, true],
  ['', { client: { tlsClientCertificateBoundAccessTokens: true } }, true],
  ['', { client: {} }, false],
])('with the DPoP proof %j and %j it is bound: %s', async (dpop, more, isBound) => {
  const world = scene();
  await at(world, requestOf({ ...REFRESH, ...more }, dpop));
  expect(world.facts[0]?.isBound).toBe(isBound);
});

const TRANSACTION = { id: 'txn_1', trigger: 'chat', intent: { source: 'stated', digest: 'd' }, expiresAt: NOW + 200 };

test('a transaction is a fact, checks its person, and outlives no token', async () => {
  const world = scene({ transaction: TRANSACTION });
  expect(await at(world, requestOf(REFRESH))).toMatchObject({ accessTokenTTL: 200 });
  expect(world.asks).toEqual([['person', TRANSACTION, 'acc_anna']]);
  expect(world.facts[0]).toMatchObject({ transaction: { trigger: 'chat' } });
  expect(world.facts[0]).not.toHaveProperty('participants');
  const none = scene();
  await at(none, requestOf(REFRESH));
  expect(none.facts[0]).not.toHaveProperty('transaction');
});

test('where all participants decide, the token depends on their delegations, and on none where they do not', async () => {
  const transaction = { ...TRANSACTION, participants: ['acc_anna', 'acc_ben', 'acc_cleo'] };
  const request = requestOf(REFRESH);
  const world = scene({ transaction, decision: { participants: { scope: ['read'] } as never } });
  expect(await at(world, request)).toMatchObject({ accessTokenTTL: 50 });
  expect(world.authority.participantsOf(request as never)).toEqual([{ subject: 'acc_ben', delegation: 'dlg_ben' }]);
  expect(world.facts[0]).toMatchObject({ participants: [{ id: 'acc_ben' }, { id: 'acc_cleo' }] });
  for (const participants of [undefined, { scope: [] }]) {
    const alone = scene({ transaction, decision: { participants } as never });
    expect(await at(alone, request)).toMatchObject({ accessTokenTTL: 200 });
    expect(alone.authority.participantsOf(request as never)).toEqual([]);
  }
});

test('a token lives for a second at least, and as long as the decision allows', async () => {
  expect(await at(scene({ decision: { maxSeconds: 30 } }), requestOf(REFRESH))).toMatchObject({ accessTokenTTL: 30 });
  const delegation = { scope: [], chain: [], expiresAt: NOW };
  expect(await at(scene({ delegation }), requestOf(REFRESH))).toMatchObject({ accessTokenTTL: 1 });
});

test('of a request that was not decided there is nothing to say', async () => {
  const { authority } = scene();
  const request = requestOf(REFRESH) as never;
  expect(authority.decisionOf(request)).toBeUndefined();
  for (const read of [authority.participantsOf, authority.remediesOf, authority.amountsOf])
    expect(read(request)).toEqual([]);
});

test('the amounts of the decided details count for budgets', async () => {
  const request = requestOf(REFRESH);
  const { authority } = scene({ decision: { details: [PAYMENT] } });
  await authority.at(request as never, MAIL, 'agt_a');
  expect(authority.amountsOf(request as never)).toEqual([{ type: 'payment', detail: PAYMENT }]);
  expect(authority.decisionOf(request as never)).toMatchObject({ id: 'dec_1' });
});

test('details that a JWT cannot carry are refused', async () => {
  const details = [{ type: 'payment', text: 'x'.repeat(20_000) }];
  await expect(at(scene({ decision: { details } }), requestOf(REFRESH))).rejects.toBeInstanceOf(DomainError);
});

const DELEGATED = { id: 'dlg_1', scope: [], chain: ['agt_a'], expiresAt: NOW + 100 };
const ABLE = { delegation: DELEGATED, agents: { grantTypes: [CIBA] } };
const AT_APPROVAL = { layer: 'approval' } as const;

test.each<[string, World, Oidc, readonly object[] | undefined]>([
  [
    'a refresh that needs an approval asks for it',
    { ...ABLE, asked: [PAYMENT] },
    REFRESH,
    [{ kind: 'approval', id: 'apr_1' }],
  ],
  [
    'another grant asks no approver',
    { ...ABLE, asked: [PAYMENT] },
    { ...REFRESH, grantType: 'authorization_code' },
    [],
  ],
  ['details that are not named are left out', ABLE, REFRESH, undefined],
])('%s about removed details', async (_, world, oidc, waiting) => {
  const removedDetails = [{ detail: PAYMENT, ...AT_APPROVAL }];
  const { authority, asks } = scene({ ...world, transaction: TRANSACTION, decision: { removedDetails } as never });
  const request = requestOf(oidc);
  const outcome = authority.at(request as never, MAIL, 'agt_a').catch((error: DomainError) => error);
  if (waiting === undefined) {
    expect(await outcome).toMatchObject({ audience: MAIL });
    return;
  }
  const { field, denial } = (await outcome) as DomainError;
  expect([field, denial?.id, denial?.reason]).toEqual(['authorization_details', 'dny_1', 'approval_required']);
  expect(denial?.remedies?.filter(({ kind }) => kind === 'approval')).toEqual(waiting);
  expect(asks.slice(1)).toEqual(
    waiting.map(() => ['approval', expect.objectContaining({ grant: 'grt_1', txn: 'txn_1' })]),
  );
  expect(requestState(request).decided).toMatchObject({ decision: 'dec_1' });
});

test('details that no approval can give ask no approver', async () => {
  const removedDetails = [{ detail: PAYMENT, layer: 'delegation' }];
  const { authority, asks } = scene({ ...ABLE, asked: [PAYMENT], decision: { removedDetails } as never });
  await expect(authority.at(requestOf(REFRESH) as never, MAIL, 'agt_a')).rejects.toMatchObject({
    field: 'authorization_details',
  });
  expect(asks).toHaveLength(1);
});

test.each<[string, Oidc, Partial<Decision>, boolean]>([
  ['is asked for a scope that a refresh names', { ...REFRESH, params: { scope: 'read' } }, {}, true],
  ['is not asked for a scope that is not named', REFRESH, {}, false],
  [
    'is not asked in another grant',
    { ...REFRESH, params: { scope: 'read' }, grantType: 'authorization_code' },
    {},
    false,
  ],
  ['is not asked when something is left', { ...REFRESH, params: { scope: 'read' } }, { scope: ['send'] }, false],
  [
    'is not asked for what no approval can give',
    { ...REFRESH, params: { scope: 'read' } },
    { removed: [{ scope: 'read', layer: 'delegation' }] as never },
    false,
  ],
])('an approver %s', async (_, oidc, decision, isAsked) => {
  const removed = [{ scope: 'read', ...AT_APPROVAL }] as never;
  const { authority, asks } = scene({ ...ABLE, decision: { scope: [], removed, ...decision } });
  const request = requestOf(oidc);
  await authority.at(request as never, MAIL, 'agt_a');
  expect(authority.remediesOf(request as never)).toEqual(isAsked ? [{ kind: 'approval', id: 'apr_1' }] : []);
  expect(asks).toHaveLength(isAsked ? 2 : 1);
});

const defaultOf = (
  authority: World['authority'],
  oidc: Oidc = { grantType: 'client_credentials' },
  named?: readonly string[],
) => {
  const world = scene(authority === undefined ? {} : { authority });
  return world.authority.defaultFor(requestOf(oidc) as never, 'cli_app', named);
};

test('a client that acts for itself has the one active resource where it holds something as its default', async () => {
  const one = {
    [MAIL]: ['read'],
    'https://empty.example': [],
    'https://off.example': ['read'],
    'https://none.example': ['read'],
  };
  expect(await defaultOf(one)).toBe(MAIL);
  expect(await defaultOf(one, undefined, ['https://named.example'])).toEqual(['https://named.example']);
  expect(await defaultOf(one, REFRESH)).toBeUndefined();
  expect(await defaultOf(one, { route: 'authorization', grantType: 'client_credentials' })).toBeUndefined();
  for (const [authority, text] of [
    [undefined, 'own_authority_missing'],
    [{ 'https://b.example': ['read'], 'https://a.example': ['read'] }, 'own_authority_ambiguous'],
  ] as const) {
    await expect(defaultOf(authority)).rejects.toMatchObject({
      code: 'invalid_target',
      field: 'resource',
      denial: { id: 'dny_1', layer: 'request', reason: 'target_missing' },
      reason: text,
    });
  }
});
