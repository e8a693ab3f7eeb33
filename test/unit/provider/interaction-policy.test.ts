/** When a user is asked to consent, what the page learns, and which earlier answer becomes the grant of a request. */
import { expect, test } from '@jest/globals';
import { sessionIdOf } from '../../../src/domain/identity/sessions/session.ts';
import { grantForRequest, prompts } from '../../../src/provider/interactions/interaction-policy.ts';
import { requestState } from '../../../src/provider/seam/request-state.ts';
import { begunRequest } from './begun-request.ts';

const API = 'https://api.example';
const ISSUER = 'https://as.example';
const NOW = 1000;

const contextOf = (oidc: object, isOfDefaults = false) => {
  const req = begunRequest();
  if (isOfDefaults) requestState(req).defaultScopes = new Set(['read']);
  return {
    req,
    oidc: {
      params: {},
      entities: {},
      prompts: new Set<string>(),
      requestParamOIDCScopes: new Set(['openid']),
      requestParamScopes: new Set(['write', 'read', 'openid']),
      resourceServers: { [API]: { scope: 'read write' } },
      ...oidc,
    },
  };
};

type Prompt = {
  readonly checks: readonly { readonly reason: string; check(ctx: object): boolean | Promise<boolean> }[];
  details(ctx: object): Promise<object>;
};

const consentPrompt = (details: object = {}): Prompt => {
  const policy = prompts({ ofRequest: async () => details } as never, async () => []);
  return policy.get('consent') as unknown as Prompt;
};

test('a sign-in is asked for its age and class as well', () => {
  const policy = prompts({ ofRequest: async () => ({}) } as never, async () => []);
  const reasons = [...(policy.get('login') as unknown as Prompt).checks].map(({ reason }) => reason);
  expect(reasons).toEqual(expect.arrayContaining(['max_age_unknown', 'acr_values']));
  expect([...policy].map(({ name }) => name)).toEqual(['login', 'consent']);
});

test('a page learns the asked rights that the resource has, and no member that the request does not have', async () => {
  const asked = { openidScopes: ['openid'], resources: { [API]: ['read', 'write'] } };
  expect(await consentPrompt().details(contextOf({}))).toStrictEqual(asked);
  const none = contextOf({ resourceServers: undefined });
  expect(await consentPrompt().details(none)).toStrictEqual({ openidScopes: ['openid'], resources: {} });
  const details = { [API]: [{ type: 'payment' }] };
  const whole = contextOf(
    { params: { requested_actor: 'agt_1' }, entities: { DeviceCode: { userCode: 'ABCDEFGH' } } },
    true,
  );
  expect(await consentPrompt(details).details(whole)).toStrictEqual({
    ...asked,
    details,
    requestedActor: 'agt_1',
    userCode: expect.stringContaining('ABCD'),
    isDefaultScope: true,
  });
});

test.each<[string, object, boolean]>([
  ['without a grant', {}, true],
  ['with a grant', { entities: { Grant: { jti: 'grt_1' } } }, false],
  ['with a grant that has no id', { entities: { Grant: {} } }, true],
  ['with prompt=consent', { entities: { Grant: { jti: 'grt_1' } }, prompts: new Set(['consent']) }, true],
  ['after a consent', { result: { consent: {} }, prompts: new Set(['consent']) }, false],
  ['after a sign-in', { result: { login: {} } }, true],
])('%s a user is asked with %j: %s', async (_, oidc, isAsked) => {
  const check = [...consentPrompt().checks].find(({ reason }) => reason === 'consent_required');
  expect(await check?.check(contextOf(oidc))).toBe(isAsked);
});

class Grant {
  static stored: Record<string, unknown> = {};
  static find = async (id: string) => Grant.stored[id];
  readonly members: object;
  isSaved = false;
  constructor(members: object) {
    this.members = members;
  }
  addOIDCScope(): void {}
  rejectOIDCScope(): void {}
  addResourceScope(): void {}
  rejectResourceScope(): void {}
  async save(): Promise<void> {
    this.isSaved = true;
  }
}

type Person = {
  readonly state: string;
  readonly sessionsValidFrom: number;
  readonly roles: readonly string[];
  readonly keptSession?: string;
};
const ACTIVE: Person = { state: 'active', sessionsValidFrom: 100, roles: [] };
const CLIENT = { clientId: 'cli_app', redirectUriAllowed: (uri: string) => uri === 'https://app.example' };
const REQUEST = {
  provider: { Grant, issuer: ISSUER },
  client: CLIENT,
  account: { accountId: 'acc_anna' },
  session: { uid: 'ses', authTime: () => 100 },
};

/** `given`: what the account answered before. */
const grantOf = async (
  oidc: object = {},
  {
    person = ACTIVE,
    given,
    isOfDefaults = false,
  }: { readonly person?: Person; readonly given?: object; readonly isOfDefaults?: boolean } = {},
) => {
  const asked: unknown[] = [];
  const load = grantForRequest({
    consents: {
      async answeredBefore(...question: unknown[]) {
        asked.push(question);
        return given;
      },
    },
    accounts: { get: async () => ({ document: person, version: 1 }) },
    clock: { now: () => NOW },
    identifiers: { newId: (prefix: string) => `${prefix}_1` },
    details: { ofRequest: async () => ({}) },
  } as never);
  const grant = await load(contextOf({ ...REQUEST, ...oidc }, isOfDefaults) as never);
  return { grant: grant as unknown as Grant | undefined, asked };
};

test.each<[string, Person, object, boolean]>([
  ['is newer than the end of sessions', ACTIVE, {}, true],
  ['is older', { ...ACTIVE, sessionsValidFrom: 101 }, {}, false],
  ['is the one that was kept', { ...ACTIVE, sessionsValidFrom: 101, keptSession: sessionIdOf('ses') }, {}, true],
  ['is of an account that is not active', { ...ACTIVE, state: 'disabled' }, {}, false],
])('a session that %s: the request goes on, or not', async (_, person, oidc, isLet) => {
  const outcome = await grantOf(oidc, { person }).then(
    () => 'goes on',
    ({ error }: { readonly error: string }) => error,
  );
  expect(outcome).toBe(isLet ? 'goes on' : 'access_denied');
});

test('a redirect URI that the client has lost since is refused', async () => {
  for (const redirect_uri of ['https://app.example', undefined, 7]) await grantOf({ params: { redirect_uri } });
  await expect(grantOf({ params: { redirect_uri: 'https://lost.example' } })).rejects.toMatchObject({
    error: 'invalid_redirect_uri',
  });
});

test('no device gets the rights of a role, and the person without a role may allow it (RFC 8628 §5.4)', async () => {
  const management = { [`${ISSUER}/api/v1`]: { scope: 'agents:read' } };
  const device = { DeviceCode: {} };
  const person = { ...ACTIVE, roles: ['administrator'] };
  await expect(grantOf({ entities: device, resourceServers: management }, { person })).rejects.toMatchObject({
    error: 'access_denied',
  });
  await grantOf({ entities: device, resourceServers: management });
  await grantOf({ entities: device }, { person });
  await grantOf({ entities: device, resourceServers: undefined }, { person });
  await grantOf({ resourceServers: management }, { person });
});

test.each<[string, object, object, string | undefined]>([
  ['of this account and client', {}, {}, undefined],
  ['of another account', { accountId: 'acc_ben' }, {}, 'consent was given by another account'],
  ['of another client', { clientId: 'cli_other' }, {}, 'consent was given by another account'],
  ['of another version', { clientVersion: '1' }, {}, 'the client has changed since it was allowed'],
  ['of this version', { clientVersion: '1' }, { behalf_document_version: '1' }, undefined],
])('the grant that a page just created counts if it is %s (DR-01)', async (_, members, client, refusal) => {
  const stored = { accountId: 'acc_anna', clientId: 'cli_app', ...members };
  Grant.stored = { grt_made: stored };
  const made = grantOf({ result: { consent: { grantId: 'grt_made' } }, client: { ...CLIENT, ...client } });
  if (refusal === undefined) expect((await made).grant).toBe(stored);
  else await expect(made).rejects.toMatchObject({ error: 'access_denied', error_description: refusal });
});

test('a grant that is gone again is none, and no other answer takes its place', async () => {
  Grant.stored = {};
  const { grant, asked } = await grantOf({ result: { consent: { grantId: 'grt_made' } } });
  expect([grant, asked]).toEqual([undefined, []]);
});

test.each<[string, object]>([
  ['a client', { client: undefined }],
  ['an account', { account: undefined }],
  ['leave to take an earlier answer', { prompts: new Set(['consent']) }],
])('without %s there is no grant', async (_, oidc) => {
  const { grant, asked } = await grantOf(oidc, { given: { openidScopes: [], resources: {}, expiresAt: NOW + 5 } });
  expect([grant, asked]).toEqual([undefined, []]);
});

const GIVEN = { openidScopes: ['openid'], resources: {}, expiresAt: NOW + 500 };

test('an earlier answer to the same question becomes a new grant, of the session that asks (AP-11)', async () => {
  const params = { redirect_uri: 'https://app.example', transaction: 'txn_1' };
  const { grant, asked } = await grantOf({ params }, { given: GIVEN });
  const question = {
    account: 'acc_anna',
    clientId: 'cli_app',
    openidScopes: ['openid'],
    resources: { [API]: ['read', 'write'] },
  };
  expect(asked).toEqual([[{ ...question, redirectUri: 'https://app.example' }, false]]);
  expect(grant).toMatchObject({
    isSaved: true,
    members: { clientId: 'cli_app', expiresIn: 500, transaction: 'txn_1', session: sessionIdOf('ses') },
  });
  const device = await grantOf({ entities: { DeviceCode: {} } }, { given: GIVEN });
  expect(device.asked).toEqual([[{ ...question, userCode: 'device' }, false]]);
  expect(device.grant?.members).not.toHaveProperty('session');
});

test('a silent renewal, and a request that names no scope, keep what was decided', async () => {
  for (const [oidc, isOfDefaults] of [
    [{ prompts: new Set(['none']) }, false],
    [{}, true],
  ] as const) {
    const { asked } = await grantOf(oidc, { isOfDefaults });
    expect(asked).toEqual([[expect.anything(), true]]);
  }
});

test('an answer about another version of the client, or none, is no grant', async () => {
  expect((await grantOf()).grant).toBeUndefined();
  const given = { ...GIVEN, clientVersion: '1' };
  expect((await grantOf({}, { given })).grant).toBeUndefined();
  const client = { ...CLIENT, behalf_document_version: '1' };
  expect((await grantOf({ client }, { given })).grant).toBeDefined();
});

test('our own pages need no consent, and no earlier answer', async () => {
  const client = { ...CLIENT, clientId: 'account-pages' };
  const { grant, asked } = await grantOf({ client });
  expect(asked).toEqual([]);
  expect(grant?.members).toMatchObject({ clientId: 'account-pages', expiresIn: 60 });
});
