import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  applyDecision,
  type ConsentForm,
  type ConsentQuestion,
  consentQuestion,
  DELEGABLE_TO_NONE,
  type Requester,
} from '../../../src/domain/authority/consent/consent.ts';
import { questionDigest } from '../../../src/domain/authority/consent/question-digest.ts';
import { checkTyped } from '../../../src/domain/authority/consent/stated-intent.ts';
import { authorizer } from '../../../src/domain/authority/decision/authorize.ts';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import type { Client } from '../../../src/domain/clients/clients/client.ts';
import type { DocumentClient } from '../../../src/domain/clients/clients/metadata-document.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import type { ResourceServer } from '../../../src/domain/resources/resource-servers/resource-server.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';

const NOW = 1_800_000_000;
const CALENDAR = 'https://calendar.example.com';
const MAIL = 'https://mail.example.com';
const DAY = 86_400;

const account: Account = {
  id: 'acc_ada',
  username: 'ada',
  name: 'Ada',
  groups: [],
  roles: [],
  state: 'active',
  sessionsValidFrom: 0,
  createdAt: 0,
  updatedAt: 0,
};

const agentNamed = (id: string, more: Partial<Agent> = {}): Agent => ({
  id,
  name: id,
  owner: 'acc_bob',
  purpose: 'helps',
  environment: 'production',
  state: 'active',
  jwks: { keys: [{ kty: 'EC', x: 'x' }] },
  redirectUris: ['https://app.example.com/cb'],
  grantTypes: [],
  dpopBoundAccessTokens: false,
  resourceServers: [],
  createdAt: 0,
  updatedAt: 0,
  ...more,
});

const server = (identifier: string, names: readonly string[], more: Partial<ResourceServer> = {}): ResourceServer => ({
  id: identifier,
  identifier,
  name: identifier,
  scopes: names.map((name) => ({ name, description: `may ${name}`, risk: 'low' })),
  accessTokenFormat: 'jwt',
  accessTokenSigningAlg: 'ES256',
  accessTokenTtlSeconds: 300,
  introspectionAuthMethod: 'none',
  state: 'active',
  createdAt: 0,
  updatedAt: 0,
  ...more,
});

type Setting = {
  account?: Account;
  agent?: Agent;
  requester?: Requester;
  servers?: readonly ResourceServer[];
  candidates?: readonly Agent[];
  resources?: Readonly<Record<string, readonly string[]>>;
  openidScopes?: readonly string[];
  redirectUri?: string;
  maxDurationSeconds?: number;
};

const ask = (setting: Setting = {}) =>
  consentQuestion({
    authorize: authorizer({ identifiers: countedIdentifiers(), managementApi: 'https://as.example.com/api/v1' }),
    now: 0,
    asked: {
      account: 'acc_ada',
      clientId: 'agt_a',
      redirectUri: setting.redirectUri ?? 'https://app.example.com/cb',
      openidScopes: setting.openidScopes ?? ['openid', 'email', 'unknown'],
      resources: setting.resources ?? { [MAIL]: ['send'], [CALENDAR]: ['write', 'read'] },
    },
    account: setting.account ?? account,
    requester: setting.requester ?? { kind: 'agent', agent: setting.agent ?? agentNamed('agt_a') },
    resourceServers: setting.servers ?? [server(CALENDAR, ['read', 'write', 'own']), server(MAIL, ['read', 'send'])],
    candidates: setting.candidates ?? [agentNamed('agt_a'), agentNamed('agt_b'), agentNamed('agt_c')],
    settings: {
      defaultDurationSeconds: 30 * DAY,
      maxDurationSeconds: setting.maxDurationSeconds ?? 90 * DAY,
      maxDepth: 3,
    },
  });

const rights = async (setting: Setting) =>
  Object.fromEntries(
    (await ask(setting)).resources.map(({ identifier, scopes }) => [identifier, scopes.map((one) => one.name)]),
  );

const form = (more: Partial<ConsentForm> = {}): ConsentForm => ({
  openidScopes: ['openid'],
  resources: {},
  durationSeconds: DAY,
  delegableTo: DELEGABLE_TO_NONE,
  ...more,
});

describe('the question', () => {
  test('AP-10 names effective rights, in the words and with the risk of the resource server', async () => {
    expect(await rights({})).toEqual({ [CALENDAR]: ['read', 'write'], [MAIL]: ['send'] });
    expect((await ask()).resources[0]?.scopes[0]).toEqual({ name: 'read', description: 'may read', risk: 'low' });
    expect((await ask()).openidScopes).toEqual(['openid', 'email']);
  });

  test('AP-10 is limited to what the agent and the account hold, and names the layer that refused', async () => {
    const agent = agentNamed('agt_a', { authority: { [CALENDAR]: ['*'] } });
    expect(await rights({ agent })).toEqual({ [CALENDAR]: ['read', 'write'] });
    const narrowed: Account = { ...account, entitlements: { [CALENDAR]: ['read'], [MAIL]: ['*'] } };
    expect(await rights({ account: narrowed })).toEqual({ [CALENDAR]: ['read'], [MAIL]: ['send'] });
    expect((await ask({ account: narrowed })).withheld).toEqual([
      { resource: CALENDAR, scope: 'write', layer: 'subject' },
    ]);
    expect((await ask({ agent })).withheld).toEqual([{ resource: MAIL, scope: 'send', layer: 'agent' }]);
  });

  test('AP-10 holds nothing at an unknown or disabled resource server, or of a scope it does not declare', async () => {
    expect(await rights({ servers: [server(CALENDAR, ['read'], { state: 'disabled' })] })).toEqual({});
    expect(await rights({ resources: { [CALENDAR]: ['admin', 'read'] } })).toEqual({ [CALENDAR]: ['read'] });
  });

  test('D2 offers active agents other than the asking one, and none for an app or without a hop', async () => {
    expect((await ask()).delegableTo?.agents.map(({ id }) => id)).toEqual(['agt_b', 'agt_c']);
    expect((await ask()).delegableTo?.maxDepth).toBe(2);
    expect((await ask({ candidates: [agentNamed('agt_b', { state: 'suspended' })] })).delegableTo).toBeUndefined();
    expect((await ask({ resources: {} })).delegableTo).toBeUndefined();
  });

  test('offers times up to the longest, with the default chosen', async () => {
    expect(await ask()).toMatchObject({
      durations: [3600, 8 * 3600, DAY, 7 * DAY, 30 * DAY, 90 * DAY],
      duration: 30 * DAY,
    });
    expect(await ask({ maxDurationSeconds: 1800 })).toMatchObject({ durations: [1800], duration: 1800 });
  });
});

describe('the answer', () => {
  test('is what was ticked, for the time chosen', async () => {
    expect(
      applyDecision(
        await ask(),
        form({
          openidScopes: ['openid', 'email'],
          resources: { [CALENDAR]: ['read'] },
          delegableTo: { agents: ['agt_c'], depth: 2 },
        }),
        NOW,
      ),
    ).toEqual({
      openidScopes: ['openid', 'email'],
      resources: { [CALENDAR]: ['read'] },
      expiresAt: NOW + DAY,
      delegableTo: { agents: ['agt_c'], depth: 2 },
      wishes: [],
    });
  });

  test('never allows re-delegation unless chosen, with any depth in the form', async () => {
    expect(applyDecision(await ask(), form({ delegableTo: { agents: [], depth: 2 } }), NOW).delegableTo).toEqual(
      DELEGABLE_TO_NONE,
    );
  });

  test.each<[string, Partial<ConsentForm>, string]>([
    ['a scope that was not asked', { resources: { [CALENDAR]: ['own'] } }, 'scope'],
    ['all scopes', { resources: { [CALENDAR]: ['*'] } }, 'scope'],
    ['another resource', { resources: { 'https://bank.example.com': ['read'] } }, 'scope'],
    ['an OpenID scope that was not asked', { openidScopes: ['openid', 'groups'] }, 'openid'],
    ['a longer time', { durationSeconds: 91 * DAY }, 'duration'],
    ['a time that was not offered', { durationSeconds: 5 }, 'duration'],
    ['an agent that was not offered', { delegableTo: { agents: ['agt_z'], depth: 1 } }, 'delegable_to'],
    ['the asking agent itself', { delegableTo: { agents: ['agt_a'], depth: 1 } }, 'delegable_to'],
    ['too many hops', { delegableTo: { agents: ['agt_b'], depth: 3 } }, 'delegable_depth'],
    ['no hop', { delegableTo: { agents: ['agt_b'], depth: 0 } }, 'delegable_depth'],
  ])('refuses %s', async (_, wrong, field) => {
    const question = await ask();
    expect(() => applyDecision(question, form(wrong), NOW)).toThrow(
      expect.objectContaining({ code: 'invalid_request', field }),
    );
  });

  test('that allows nothing is a refusal', async () => {
    const question = await ask({ openidScopes: [] });
    expect(() => applyDecision(question, form({ openidScopes: [] }), NOW)).toThrow(
      expect.objectContaining({ code: 'access_denied' }),
    );
  });

  test('never holds more than the question, for any form', async () => {
    const names = fc.subarray(['read', 'write', 'own', 'send', '*']);
    const question = await ask();
    fc.assert(
      fc.property(
        fc.record({
          openidScopes: fc.subarray(['openid', 'email', 'groups']),
          resources: fc.record({ [CALENDAR]: names, [MAIL]: names }, { requiredKeys: [] }),
          durationSeconds: fc.constantFrom(DAY, 90 * DAY, 365 * DAY),
          delegableTo: fc.record({
            agents: fc.subarray(['agt_a', 'agt_b', 'agt_c', 'agt_z']),
            depth: fc.integer({ min: -1, max: 5 }),
          }),
        }),
        (given) => {
          let decision: ReturnType<typeof applyDecision>;
          try {
            decision = applyDecision(question, given as ConsentForm, NOW);
          } catch {
            return;
          }
          for (const [resource, scope] of Object.entries(decision.resources)) {
            const offered = question.resources.find(({ identifier }) => identifier === resource)?.scopes ?? [];
            expect(offered.map(({ name }) => name)).toEqual(expect.arrayContaining([...scope]));
          }
          expect(decision.expiresAt).toBeLessThanOrEqual(NOW + 90 * DAY);
          expect(decision.delegableTo.depth).toBeLessThanOrEqual(2);
          expect(decision.delegableTo.agents).not.toContain('agt_a');
        },
      ),
    );
  });
});

describe('AP-11 a question is another one when', () => {
  const sameDigest = async () => questionDigest(await ask());
  test('nothing is different it is the same, in any order', async () => {
    expect(questionDigest(await ask({ resources: { [CALENDAR]: ['read', 'write'], [MAIL]: ['send'] } }))).toBe(
      await sameDigest(),
    );
    expect(questionDigest(await ask({ candidates: [] }))).toBe(await sameDigest());
  });

  test.each<[string, Setting]>([
    ['a scope is missing', { resources: { [MAIL]: ['send'], [CALENDAR]: ['read'] } }],
    ['a scope moved to another resource', { resources: { [MAIL]: ['read', 'send'], [CALENDAR]: ['read'] } }],
    ['an OpenID scope is missing', { openidScopes: ['openid'] }],
    ['the answer goes elsewhere', { redirectUri: 'https://app.example.com/other' }],
    ['the agent has another name', { agent: agentNamed('agt_a', { name: 'Other' }) }],
    ['the agent has another owner', { agent: agentNamed('agt_a', { owner: 'acc_eve' }) }],
    ['the agent has another key', { agent: agentNamed('agt_a', { jwks: { keys: [{ kty: 'EC', x: 'y' }] } }) }],
    ['the agent may be sent elsewhere', { agent: agentNamed('agt_a', { redirectUris: ['https://evil.example'] }) }],
    ['it is another agent', { agent: agentNamed('agt_z') }],
    ['it is another account', { account: { ...account, id: 'acc_eve' } }],
    [
      'the words are others',
      {
        servers: [
          server(CALENDAR, ['read', 'write'], {
            scopes: [
              { name: 'read', description: 'may read', risk: 'critical' },
              { name: 'write', description: 'may write', risk: 'low' },
            ],
          }),
          server(MAIL, ['send']),
        ],
      },
    ],
  ])('%s', async (_, setting) => {
    expect(questionDigest(await ask(setting))).not.toBe(await sameDigest());
  });

  const client: Client = {
    ...{
      id: 'app_1',
      name: 'App',
      applicationType: 'web',
      tokenEndpointAuthMethod: 'private_key_jwt',
      state: 'active',
    },
    ...{ grantTypes: [], redirectUris: ['https://app.example.com/cb'], postLogoutRedirectUris: [], corsOrigins: [] },
    ...{ skipConsent: false, dpopBoundAccessTokens: false, idTokenSignedResponseAlg: 'RS256', roles: [] },
    ...{ createdAt: 0, updatedAt: 0 },
  } as Client;
  const ofClient = async (more: Partial<DocumentClient> = {}) =>
    questionDigest(await ask({ requester: { kind: 'client', client: { ...client, ...more } } }));

  test('a client asks, and nothing is different, it is the same', async () => {
    expect(await ofClient()).toBe(await ofClient({ updatedAt: 1 }));
    expect(await ofClient()).not.toBe(await sameDigest());
  });

  test.each<[string, Partial<DocumentClient>]>([
    ['it is another client', { id: 'app_2' }],
    ['the client has another name', { name: 'Other' }],
    ['the client has another owner', { owner: 'acc_eve' }],
    ['the client is a native app now', { applicationType: 'native' }],
    ['the client proves itself by another method', { tokenEndpointAuthMethod: 'none' }],
    ['the client may be sent elsewhere', { redirectUris: ['https://evil.example'] }],
    ['the client has keys', { jwks: { keys: [{ kty: 'EC', x: 'x' }] } }],
    ['the client has its keys at a URL', { jwksUri: 'https://app.example.com/jwks' }],
    ['the client has a new secret', { secretHash: 'h' }],
    ['the client has a certificate', { certificate: { kind: 'subject', subject: 'CN=app' } as never }],
    ['the client was read from a document', { documentVersion: 'v1' }],
  ])('%s', async (_, more) => {
    expect(await ofClient(more)).not.toBe(await ofClient());
  });

  test('the document of the client has another version', async () => {
    expect(await ofClient({ documentVersion: 'v2' })).not.toBe(await ofClient({ documentVersion: 'v1' }));
  });

  test('the agent was handed over and back again, or has its keys at a URL', async () => {
    expect(questionDigest(await ask({ agent: agentNamed('agt_a', { ownership: 2 }) }))).not.toBe(await sameDigest());
    const { jwks: _, ...keyless } = agentNamed('agt_a');
    const withUrl = questionDigest(await ask({ agent: { ...keyless, jwksUri: 'https://a.example/jwks' } }));
    expect(withUrl).not.toBe(questionDigest(await ask({ agent: keyless })));
  });

  test('the person sees another intent, or the intent of another transaction', async () => {
    const question = await ask();
    const digests = [
      question,
      { ...question, txn: 'trn_1' },
      { ...question, txn: 'trn_1', intent: { digest: 'one' } },
      { ...question, txn: 'trn_1', intent: { digest: 'two' } },
      { ...question, txn: 'trn_2', intent: { digest: 'one' } },
    ].map((one) => questionDigest(one as ConsentQuestion));
    // Without an intent, the transaction is nothing that the person sees.
    expect(digests[1]).toBe(digests[0]);
    expect(new Set(digests).size).toBe(4);
    expect(new Set(digests.map((one) => one.length))).toEqual(new Set([43]));
  });

  test('a person is asked about another agent behind the client, or about calls by another app', async () => {
    const question = await ask();
    const digests = [
      question,
      { ...question, actor: agentNamed('agt_b') },
      { ...question, actor: agentNamed('agt_c') },
      { ...question, via: client },
      { ...question, via: { ...client, id: 'app_2' } },
    ].map((one) => questionDigest(one));
    expect(new Set(digests).size).toBe(5);
  });
});

describe('words of the person for the whole transaction', () => {
  const stated = { text: 'Pay', digest: 'd', source: 'stated_by_agent' } as const;
  test.each([
    ['are refused where the page shows no intent', {}, 'Pay one', 'consent_not_asked'],
    [
      'are asked for again where another person vouched in the meantime',
      { intent: stated },
      'Pay one',
      'consent_changed',
    ],
    ['have no character that a page does not show', { intent: { ...stated, isTypable: true } }, 'Pay\u200b', undefined],
  ] as const)('%s', (_, question, typed, reason) => {
    expect(() => checkTyped(question, typed)).toThrow(
      expect.objectContaining(reason ? { reason } : { code: 'invalid_field', field: 'own_intent' }),
    );
  });

  test('may be left out, and stand where they may be typed', () => {
    checkTyped({}, undefined);
    checkTyped({ intent: { ...stated, isTypable: true } }, 'Pay one');
  });
});
