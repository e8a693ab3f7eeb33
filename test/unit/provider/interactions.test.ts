/** When a browser may see and answer a prompt of oidc-provider, once, and what the answer is. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { sessionIdOf } from '../../../src/domain/identity/sessions/session.ts';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import type { ConsentResult } from '../../../src/domain/ports/interactions.ts';
import { interactions } from '../../../src/provider/interactions/interactions.ts';
import { protocolError } from '../../../src/provider/seam/oauth-errors.ts';
import { begunRequest } from './begun-request.ts';

/** The prompt 'uid' of a browser whose prompt oidc-provider looks for by `find`. `named`: the prompt in its cookie. */
const promptOf = (find: () => Promise<undefined>, named?: string) => {
  const provider = { Interaction: { find }, createContext: () => ({ cookies: { get: () => named } }) };
  const request = new IncomingMessage(new Socket());
  const port = interactions({
    provider: () => provider,
    cookies: { interaction: 'behalf_interaction', session: 'behalf_session' },
  } as never);
  return port.get({ request, response: new ServerResponse(request) }, 'uid');
};

test.each([
  ['without a cookie', undefined],
  ['with the cookie of another prompt', 'other'],
  ['whose state is gone', 'uid'],
])('a prompt of a browser %s has expired (V21)', async (_, named) => {
  await expect(promptOf(async () => undefined, named)).rejects.toMatchObject({ code: 'not_found' });
});

test('a store that fails does not end the prompt: its error goes to the page', async () => {
  const failure = new StoreUnavailable('down');
  for (const thrown of [protocolError(failure), failure]) {
    const failing = promptOf(() => Promise.reject(thrown), 'uid');
    await expect(failing).rejects.toBe(failure);
  }
});

const NOW = 1000;
type Result = Readonly<Record<string, unknown>>;
type Found = {
  uid: string;
  exp: number;
  returnTo: string;
  prompt: { name: string; reasons: readonly string[]; details: object };
  params: Result;
  session?: { uid: string; accountId?: string } | undefined;
  lastSubmission?: Result | undefined;
  deviceCode?: string;
  result?: Result;
};

/** Scopes and members of a grant, in place of oidc-provider's. */
class Grant {
  readonly members: Result;
  constructor(members: Result) {
    this.members = members;
  }
  addOIDCScope(): void {}
  rejectOIDCScope(): void {}
  addResourceScope(): void {}
  rejectResourceScope(): void {}
  async save(): Promise<unknown> {
    return this.members['jti'];
  }
}

/** A browser at a prompt, of which `changes` differ. `browser`: its session; null: none that is live. */
const scene = (
  changes: Partial<Found> = {},
  browser: { uid: string; accountId?: string } | null | undefined = { uid: 'ses', accountId: 'acc_anna' },
  { isFirst = true, isReleased = true } = {},
) => {
  const did: unknown[] = [];
  const grants: Grant[] = [];
  const found = {
    uid: 'uid',
    exp: NOW + 60,
    returnTo: 'https://as.example/auth/uid',
    prompt: { name: 'login', reasons: ['no_session'], details: {} },
    params: { client_id: 'cli_app' } as Result,
    session: undefined,
    result: undefined as Result | undefined,
    async persist() {
      did.push('persist');
    },
    ...changes,
  };
  const session = browser && { ...browser, destroy: async () => did.push('destroy') };
  class OfProvider extends Grant {
    constructor(members: Result) {
      super(members);
      grants.push(this);
    }
  }
  const provider = {
    Interaction: { find: async () => found },
    createContext: () => ({
      secure: true,
      cookies: {
        get: (name: string) => (name === '__Host-session' ? 'ses_cookie' : 'uid'),
        set: (name: string, value: unknown) => did.push([name, value]),
      },
    }),
    Session: {
      get: async () => session,
      find: async (id: string) => (id === 'ses_cookie' ? (session ?? undefined) : undefined),
    },
    Grant: OfProvider,
  };
  const consumptions = {
    async consumeAll(ids: readonly string[], expiresAt: number) {
      did.push(['use', ...ids, expiresAt]);
      return isFirst;
    },
    async isConsumed(ids: readonly string[]) {
      did.push(['look', ...ids]);
      return !isFirst;
    },
    async release(ids: readonly string[]) {
      did.push(['release', ...ids]);
      if (!isReleased) throw new StoreUnavailable('down');
    },
  };
  const request = begunRequest();
  const exchange = { request, response: new ServerResponse(request) };
  const port = interactions({
    provider: () => provider,
    clock: { now: () => NOW },
    identifiers: { newId: (prefix: string) => `${prefix}_1` },
    consumptions,
    masterKey: { ordered: (_: string, uid: string) => [uid] },
    cookies: { session: '__Host-session', interaction: 'behalf_interaction' },
    sessions: { end: async (...given: unknown[]) => did.push(['end', ...given]) },
  } as never);
  return { port, exchange, found, did, grants };
};

const SIGNED_IN = { uid: 'ses', accountId: 'acc_anna' };
const CONSENT = { prompt: { name: 'consent', reasons: ['consent_required'], details: {} }, session: SIGNED_IN };
const SIGN_IN = { acr: 'mfa', amr: ['pwd'], authTime: 990 };
const GIVEN: ConsentResult = { openidScopes: ['openid'], resources: {}, expiresAt: NOW + 100 };

test.each<[string, Partial<Found>, null?]>([
  ['of another uid', { uid: 'other' }],
  ['that ends in this second', { exp: NOW }],
  ['that ended before', { exp: NOW - 1 }],
  ['of the session of another browser', { session: { uid: 'other', accountId: 'acc_anna' } }],
  ['of a session whose account is another one now', { session: { uid: 'ses', accountId: 'acc_eve' } }],
  ['of a session that has ended', { session: { uid: 'ses', accountId: 'acc_anna' } }, null],
])(
  'a prompt %s is over, and no answer changes it (V21, AP-12)',
  async (_, changes, browser: Found['session'] | null = SIGNED_IN) => {
    const { port, exchange, did } = scene(changes, browser);
    const calls = [
      port.get(exchange, 'uid'),
      port.refuse(exchange, 'uid', 'access_denied', ''),
      port.restart(exchange, 'uid'),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'not_found' });
    expect(did).toEqual([]);
  },
);

test('a sign-in answers no consent, a consent no sign-in, and a consent needs an account', async () => {
  const atConsent = scene(CONSENT);
  await expect(atConsent.port.finishSignIn(atConsent.exchange, 'uid', 'acc_anna', SIGN_IN)).rejects.toMatchObject({
    code: 'not_found',
  });
  for (const each of [
    scene(),
    scene({ ...CONSENT, session: undefined }),
    scene({ ...CONSENT, session: { uid: 'ses' } }),
  ]) {
    await expect(each.port.finishConsent(each.exchange, 'uid', async () => GIVEN)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(each.did).toEqual([]);
  }
});

test('a page gets what the request says, and no member that it does not say', async () => {
  const { port, exchange } = scene();
  expect(await port.get(exchange, 'uid')).toStrictEqual({
    uid: 'uid',
    prompt: 'login',
    clientId: 'cli_app',
    openidScopes: [],
    resources: {},
    expiresAt: NOW + 60,
  });
  const details = {
    openidScopes: ['openid'],
    resources: { 'https://api.example': ['read'] },
    details: { 'https://api.example': [{ type: 'payment' }] },
    userCode: 'ABCD-EFGH',
    requestedActor: 'agt_1',
    isDefaultScope: true,
  };
  const params = { redirect_uri: 'https://app.example', login_hint: 'anna', ui_locales: 'de en', transaction: 'txn_1' };
  const full = scene({
    ...CONSENT,
    prompt: { name: 'consent', reasons: ['consent_required', 'max_age'], details },
    params: { client_id: 'cli_app', ...params },
  });
  expect(await full.port.get(full.exchange, 'uid')).toStrictEqual({
    uid: 'uid',
    prompt: 'consent',
    account: 'acc_anna',
    isFresh: true,
    clientId: 'cli_app',
    redirectUri: 'https://app.example',
    loginHint: 'anna',
    uiLocales: 'de en',
    txn: 'txn_1',
    ...details,
    expiresAt: NOW + 60,
  });
});

test.each<[string, Partial<Found>, boolean]>([
  [
    'lacks the class alone',
    { session: SIGNED_IN, prompt: { name: 'login', reasons: ['acr_values'], details: {} } },
    true,
  ],
  [
    'is not signed in',
    { session: { uid: 'ses' }, prompt: { name: 'login', reasons: ['acr_values'], details: {} } },
    false,
  ],
  [
    'lacks more',
    { session: SIGNED_IN, prompt: { name: 'login', reasons: ['acr_values', 'max_age'], details: {} } },
    false,
  ],
  ['lacks something else', { session: SIGNED_IN, prompt: { name: 'login', reasons: ['max_age'], details: {} } }, false],
  ['is to consent', { session: SIGNED_IN, prompt: { name: 'consent', reasons: ['acr_values'], details: {} } }, false],
])('a user who %s is asked for a factor alone: or not', async (_, changes, lacksFactor) => {
  const { port, exchange } = scene(changes, changes.session);
  expect('lacksFactor' in (await port.get(exchange, 'uid'))).toBe(lacksFactor);
});

test('a sign-in is used once, keeps what was answered before, and says its class where it has one', async () => {
  const { port, exchange, found, did } = scene({ lastSubmission: { before: 1 } });
  expect(await port.finishSignIn(exchange, 'uid', 'acc_anna', SIGN_IN)).toBe(found.returnTo);
  const login = { accountId: 'acc_anna', ts: 990, amr: ['pwd'], remember: true, interaction: 'uid' };
  expect(found.result).toStrictEqual({ before: 1, login: { ...login, acr: 'mfa' } });
  expect(did).toEqual([['use', 'interaction:uid', NOW + 120], 'persist']);
  const weak = scene();
  await weak.port.finishSignIn(weak.exchange, 'uid', 'acc_anna', { amr: ['pwd'], authTime: 990 });
  expect(weak.found.result).toStrictEqual({ login });
});

test('a sign-in of another account ends the session before, with its answers', async () => {
  const { port, exchange, found, did } = scene(
    { session: { uid: 'ses', accountId: 'acc_ben' }, lastSubmission: { before: 1 } },
    { uid: 'ses', accountId: 'acc_ben' },
  );
  await port.finishSignIn(exchange, 'uid', 'acc_anna', SIGN_IN);
  const by = { caller: 'acc_ben', request: 'req_1', source: '192.0.2.1' };
  expect(did.slice(1)).toEqual([
    ['end', sessionIdOf('ses'), by, 'other_account'],
    'destroy',
    ['__Host-session', null],
    'persist',
  ]);
  expect(found.session).toBeUndefined();
  expect(Object.keys(found.result ?? {})).toEqual(['login']);
});

test('a session without an account stays when a user signs in', async () => {
  const { port, exchange, did } = scene({}, { uid: 'ses' });
  await port.finishSignIn(exchange, 'uid', 'acc_anna', SIGN_IN);
  expect(did.slice(1)).toEqual(['persist']);
});

test('a second answer is refused, with and without an account', async () => {
  for (const [changes, look] of [
    [CONSENT, 'use'],
    [{}, 'look'],
  ] as const) {
    const { port, exchange, did, found } = scene(changes, SIGNED_IN, { isFirst: false });
    await expect(port.refuse(exchange, 'uid', 'access_denied', 'no')).rejects.toMatchObject({ code: 'conflict' });
    expect(did).toEqual([[look, 'interaction:uid', ...(look === 'use' ? [NOW + 120] : [])]]);
    expect(found.result).toBeUndefined();
  }
});

test('an answer that fails may be given again, and the page learns why it failed', async () => {
  const failure = new StoreUnavailable('no store');
  const decide = () => Promise.reject(failure);
  for (const isReleased of [true, false]) {
    const { port, exchange, did } = scene(CONSENT, SIGNED_IN, { isReleased });
    await expect(port.finishConsent(exchange, 'uid', decide)).rejects.toBe(failure);
    expect(did).toEqual([
      ['use', 'interaction:uid', NOW + 120],
      ['release', 'interaction:uid'],
    ]);
  }
  const anonymous = scene();
  await expect(anonymous.port.refuse(anonymous.exchange, 'uid', 'access_denied', '', decide)).rejects.toBe(failure);
  expect(anonymous.did).toEqual([['look', 'interaction:uid']]);
});

test('a consent becomes a grant of the asked rights, for this session unless a device asks', async () => {
  const details = { openidScopes: ['openid'], details: { 'https://api.example': [{ type: 'payment' }] } };
  const prompt = { name: 'consent', reasons: [], details };
  const { port, exchange, found, grants } = scene({
    ...CONSENT,
    prompt,
    params: { client_id: 'cli_app', transaction: 'txn_1' },
  });
  await port.finishConsent(exchange, 'uid', async () => ({ ...GIVEN, details: details.details }));
  expect(found.result).toStrictEqual({ consent: { grantId: 'grt_1' } });
  expect(grants.map(({ members }) => members)).toEqual([
    {
      accountId: 'acc_anna',
      clientId: 'cli_app',
      jti: 'grt_1',
      expiresIn: 100,
      transaction: 'txn_1',
      session: sessionIdOf('ses'),
    },
  ]);
  expect(grants[0]).toMatchObject({ details: details.details });
  const device = scene({
    ...CONSENT,
    prompt: { ...prompt, details: { userCode: 'ABCD-EFGH', openidScopes: ['openid'] } },
  });
  await device.port.finishConsent(device.exchange, 'uid', async () => GIVEN);
  expect(device.grants[0]?.members).not.toHaveProperty('session');
});

test('a refusal is the whole result, after what the page decided', async () => {
  const { port, exchange, found, did } = scene({ ...CONSENT, lastSubmission: { before: 1 } });
  const decide = async () => {
    did.push('decided');
  };
  expect(await port.refuse(exchange, 'uid', 'access_denied', 'no', decide)).toBe(found.returnTo);
  expect(found.result).toStrictEqual({ error: 'access_denied', error_description: 'no' });
  expect(did.slice(1)).toEqual(['decided', 'persist']);
});

test.each([
  [undefined, 'login'],
  ['consent', 'consent login'],
  ['login consent', 'login consent'],
])('a restart of a request with prompt %s asks for prompt=%s, of any account', async (prompt, asked) => {
  const params = { client_id: 'cli_app', login_hint: 'anna', ...(prompt === undefined ? {} : { prompt }) };
  const { port, exchange, found, did } = scene({ params, result: { login: {} } });
  expect(await port.restart(exchange, 'uid')).toBe(found.returnTo);
  expect(found.params).toStrictEqual({ client_id: 'cli_app', prompt: asked });
  expect(found.result).toStrictEqual({});
  expect(did).toEqual([['look', 'interaction:uid'], 'persist']);
});

test('a device flow has no redirect, so it cannot be restarted (RFC 8628)', async () => {
  const { port, exchange, did } = scene({ deviceCode: 'dvc' });
  await expect(port.restart(exchange, 'uid')).rejects.toMatchObject({ code: 'not_found' });
  expect(did).toEqual([]);
});
