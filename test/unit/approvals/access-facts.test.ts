/** Facts about the acting party of an AuthZEN question, what it asks for, and the evaluation to which a request is bound. */
import { describe, expect, test } from '@jest/globals';
import { type Acting, accessFacts } from '../../../src/domain/approvals/authzen/access-facts.ts';
import type { AccessContext, AccessQuestion, Entity } from '../../../src/domain/approvals/authzen/access-question.ts';
import { isActor } from '../../../src/domain/approvals/authzen/claimed-actor.ts';
import { evaluationIds, questionDigest } from '../../../src/domain/approvals/authzen/evaluation-binding.ts';
import { wantedOf } from '../../../src/domain/approvals/authzen/wanted-access.ts';
import { agentParty, clientParty } from '../../../src/domain/authority/decision/facts.ts';
import { TOKEN_EXCHANGE } from '../../../src/domain/clients/clients/grant-types.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { NOW, server } from '../decision/world.ts';
import { account, agent } from '../token-exchange/fakes.ts';

const DETAIL = { type: 'payment', amount: 5 };
const AGENTS = [
  agent('agt_a'),
  agent('agt_stopped', { state: 'suspended' }),
  agent('agt_person', { grantTypes: [TOKEN_EXCHANGE] }),
  agent('agt_itself', { grantTypes: ['client_credentials'] }),
  agent('agt_a b'),
  agent('app_named'),
];
const CLIENT = { id: 'app_a', state: 'active', grantTypes: ['client_credentials'], skipsConsent: false };
const CLIENTS = [
  CLIENT,
  { ...CLIENT, id: 'app_off', state: 'disabled' },
  { ...CLIENT, id: 'app_code', grantTypes: ['authorization_code'] },
  { ...CLIENT, id: 'app_a b' },
  { ...CLIENT, id: 'agt_named' },
];
const ACCOUNTS = [
  account('acc_anna'),
  { ...account('acc_off'), state: 'disabled' },
  account('acc_none'),
  account('acc_anna x'),
];
const DELEGATION = { id: 'dlg_1', scope: ['read'], details: [DETAIL] };
const TOKEN = {
  ...{ id: 'jti', format: 'jwt', clientId: 'agt_a', subject: 'acc_anna', audience: server.identifier, scope: ['read'] },
  ...{ issuedAt: NOW, expiresAt: NOW + 60 },
};

/** The registries; `token`: what the only token there says, besides the usual. */
const factsOf = (token: object = {}) => {
  const table = (all: readonly { readonly id: string }[]) => ({
    get: async (id: string) => {
      const document = all.find((one) => one.id === id);
      return document && { document, version: 1 };
    },
  });
  const facts = { server, caller: agentParty(agent('agt_a')), details: { delegation: [DETAIL] }, madeUnder: 3 };
  return accessFacts({
    accounts: table(ACCOUNTS),
    agents: table(AGENTS),
    clients: table(CLIENTS),
    clock: { now: () => NOW },
    delegations: { consented: async (subject: string) => (subject === 'acc_anna' ? DELEGATION : undefined) },
    tokens: {
      standing: async (value: string) => (value === 'live' ? { token: { ...TOKEN, ...token }, facts } : undefined),
    },
  } as unknown as Parameters<typeof accessFacts>[0]);
};
const acting = (subject: Entity, context: AccessContext = {}, token: object = {}) =>
  factsOf(token)(server, subject, context);

const ANNA = { type: 'account', id: 'acc_anna' };
const KNOWN = { route: 'access_evaluation', now: NOW, server, through: [] };

describe('a subject that acts for itself', () => {
  test('is an active agent or client that may use client credentials', async () => {
    expect(await acting({ type: 'agent', id: 'agt_itself' })).toEqual({
      held: {},
      facts: { ...KNOWN, caller: agentParty(AGENTS[3] as never), actors: ['agt_itself'] },
    });
    expect(await acting({ type: 'client', id: 'app_a' })).toEqual({
      held: {},
      facts: { ...KNOWN, caller: clientParty(CLIENT as never) },
    });
  });

  test.each([
    ['agent', 'agt_stopped'],
    ['agent', 'agt_person'],
    ['agent', 'agt_gone'],
    ['agent', 'app_named'],
    ['client', 'app_off'],
    ['client', 'app_code'],
    ['client', 'app_gone'],
    ['client', 'agt_named'],
    ['robot', 'agt_a'],
    ['agent', 'agt_a b'],
    ['client', 'app_a b'],
  ])('is not known as %s %s, and the answer does not say why', async (type, id) => {
    expect(await acting({ type, id })).toEqual({ reason: 'subject_not_known', layer: 'subject' });
  });
});

describe('a person', () => {
  test('needs an agent that acts for them, and an application needs their token', async () => {
    expect(await acting(ANNA)).toEqual({ reason: 'actor_required', layer: 'request' });
    expect(await acting(ANNA, { agent: 'app_a' })).toEqual({ reason: 'token_required', layer: 'request' });
  });

  test('holds with the agent what they consented to, and nothing without consent', async () => {
    const facts = { ...KNOWN, caller: agentParty(AGENTS[2] as never), actors: ['agt_person'] };
    expect(await acting(ANNA, { agent: 'agt_person' })).toEqual({
      delegation: 'dlg_1',
      held: { delegation: [[DETAIL]] },
      facts: { ...facts, subject: ACCOUNTS[0], delegation: ['read'] },
    });
    expect(await acting({ ...ANNA, id: 'acc_none' }, { agent: 'agt_person' })).toEqual({
      held: { delegation: [[]] },
      facts: { ...facts, subject: ACCOUNTS[2], delegation: [] },
    });
  });

  test.each([
    ['acc_off', 'agt_person'],
    ['acc_gone', 'agt_person'],
    ['acc_anna x', 'agt_person'],
    ['acc_anna', 'agt_stopped'],
    ['acc_anna', 'agt_itself'],
    ['acc_anna', 'agt_gone'],
  ])('%s with %s is not known', async (id, actor) => {
    expect(await acting({ ...ANNA, id }, { agent: actor })).toEqual({ reason: 'subject_not_known', layer: 'subject' });
  });
});

describe('a token', () => {
  test('says all about the acting party, under the policies of now', async () => {
    const token = { ...TOKEN, delegation: 'dlg_1', details: [DETAIL], assurance: { amr: ['pwd'] }, jkt: 'k' };
    const found = (await acting(ANNA, { token: 'live' }, token)) as Acting;
    expect(found).toEqual({
      token,
      delegation: 'dlg_1',
      held: { delegation: [DETAIL], subjectToken: [DETAIL] },
      facts: {
        ...{ server, caller: agentParty(agent('agt_a')), route: 'access_evaluation', subjectToken: ['read'] },
        ...{ assurance: { amr: ['pwd'] }, isBound: true, madeUnder: undefined },
      },
    });
  });

  test.each([
    [{}, false],
    [{ jkt: 'k' }, true],
    [{ x5t: 'c' }, true],
  ])('with %j is bound: %j; without delegation and details it names none', async (more, isBound) => {
    const found = (await acting({ type: 'agent', id: 'agt_a' }, { token: 'live' }, more)) as Acting;
    expect(found.facts.isBound).toBe(isBound);
    expect(found).not.toHaveProperty('delegation');
    expect(found.held).toEqual({ delegation: [DETAIL], subjectToken: [] });
  });

  test('that is not live, or is for another resource server, is unknown (decision D11)', async () => {
    const unknown = { reason: 'token_not_live', layer: 'subject_token' };
    expect(await acting(ANNA, { token: 'dead' })).toEqual(unknown);
    expect(await acting(ANNA, { token: 'live' }, { audience: 'https://other.example' })).toEqual(unknown);
  });

  test('of another subject answers nothing about this one', async () => {
    expect(await acting({ ...ANNA, id: 'acc_ben' }, { token: 'live' })).toEqual({
      reason: 'subject_not_of_token',
      layer: 'subject',
    });
  });
});

test.each<[object, string, object | undefined]>([
  [{ type: 'resource_server', id: server.identifier }, 'read', { scope: 'read' }],
  [{ type: 'resource_server', id: server.id }, 'read', { scope: 'read' }],
  [{ type: 'resource_server', id: 'rs_other' }, 'read', undefined],
  [{ type: 'other', id: server.id }, 'read', undefined],
  [{ type: 'scope', id: 'read' }, 'use', { scope: 'read' }],
  [{ type: 'scope', id: 'read' }, 'read', { scope: 'read' }],
  [{ type: 'scope', id: 'read' }, 'send', undefined],
  [{ type: 'detail', id: 'payment', detail: DETAIL }, 'use', { detail: DETAIL }],
  [{ type: 'detail', id: 'payment', detail: DETAIL }, 'read', undefined],
  [{ type: 'detail', id: 'payment' }, 'use', undefined],
])('%j with the action %s asks for %j', (resource, action, wanted) => {
  expect(wantedOf(server, resource as never, action)).toEqual(wanted);
});

const INNER = { sub: 'app_a', iss: 'https://id', sub_profile: 'client' };
const CHAIN = { sub: 'agt_a', iss: 'https://id', sub_profile: 'ai_agent', act: INNER } as Parameters<typeof isActor>[1];
test.each<[object, boolean]>([
  [{ id: 'agt_a' }, true],
  [{ id: 'agt_b' }, false],
  [{ id: 'agt_a', issuer: 'https://id', type: 'ai_agent' }, true],
  [{ id: 'agt_a', issuer: 'https://other' }, false],
  [{ id: 'agt_a', type: 'service' }, false],
  [{ id: 'agt_a', act: INNER }, true],
  [{ id: 'agt_a', act: { sub: 'app_a', iss: 'https://id' } }, true],
  [{ id: 'agt_a', act: { sub: 'app_b', iss: 'https://id' } }, false],
  [{ id: 'agt_a', act: { ...INNER, extra: 1 } }, false],
  [{ id: 'agt_a', act: { ...INNER, sub_profile: 'other' } }, false],
  [{ id: 'agt_a', act: { ...INNER, act: {} } }, false],
  [{ id: 'agt_a', act: { ...INNER, act: null } }, false],
  [{ id: 'agt_a', act: { ...INNER, act: [] } }, false],
  [{ id: 'agt_a', act: { ...INNER, act: 'x' } }, false],
])('the claimed actor %j matches: %j', (claimed, matches) => {
  expect(isActor(claimed as never, CHAIN)).toBe(matches);
});

test.each<[object, boolean]>([
  [{ ...INNER, act: { sub: 'app_b', iss: 'https://id' } }, true],
  [{ ...INNER, act: { sub: 'app_c', iss: 'https://id' } }, false],
  [{ ...INNER, act: null }, false],
  [{ ...INNER, act: [] }, false],
  [{ ...INNER, act: 'app_b' }, false],
  [INNER, true],
])('the actor %j behind the claimed one matches a longer chain: %j', (act, matches) => {
  const longer = { ...CHAIN, act: { ...INNER, act: { sub: 'app_b', iss: 'https://id' } } } as typeof CHAIN;
  expect(isActor({ id: 'agt_a', act } as never, longer)).toBe(matches);
});

describe('the digest of a question', () => {
  const sent = {
    subject: { type: 'account', id: 'acc_anna', properties: { act: { sub: 'x' } } },
    action: { name: 'read' },
    resource: { type: 'resource_server', id: 'rs_mail' },
  };
  const question = (more: object = {}, context: AccessContext = {}): AccessQuestion =>
    ({ subject: ANNA, action: 'read', resource: sent.resource, context, sent: { ...sent, ...more } }) as never;
  const who = (more: object = {}): Acting =>
    ({ held: {}, facts: { ...KNOWN, caller: agentParty(agent('agt_a')), subject: ACCOUNTS[0] }, ...more }) as never;
  const plain = questionDigest(question(), who());

  test('leaves out the actor that the subject names, which `client.actor` may name as well', () => {
    expect(questionDigest(question({ subject: ANNA }), who())).toBe(plain);
    const more = (properties: unknown) => questionDigest(question({ subject: { ...ANNA, properties } }), who());
    expect(more({ act: 1, team: 'a' })).toBe(more({ team: 'a' }));
    expect(more({ team: 'a' })).not.toBe(plain);
    expect(more({})).not.toBe(plain);
    expect(more(null)).not.toBe(plain);
    expect(more('act')).not.toBe(plain);
  });

  test('covers who is behind it, and whether it came by token', () => {
    const others = [
      questionDigest(question({ action: { name: 'send' } }), who()),
      questionDigest(question({}, { agent: 'agt_b' }), who()),
      questionDigest(question({}, { token: 't' }), who()),
      questionDigest(question(), who({ delegation: 'dlg_1' })),
      questionDigest(question(), who({ token: { ...TOKEN, grant: 'grt_1' } })),
      questionDigest(question(), who({ facts: { ...KNOWN, caller: agentParty(agent('agt_a')) } })),
    ];
    expect(new Set([plain, ...others]).size).toBe(7);
    expect(questionDigest(question({}, { token: 'other' }), who())).toBe(others[2]);
  });

  test('is undefined for a question that was not sent as one, or has no canonical form', () => {
    const { sent: _, ...unsent } = question();
    expect(questionDigest(unsent as never, who())).toBeUndefined();
    expect(questionDigest(question({ action: { name: '\ud800' } }), who())).toBeUndefined();
  });
});

test('the id of an evaluation is read as it was made, and belongs to its question alone', () => {
  const ids = evaluationIds(masterKey(Buffer.alloc(32, 1)));
  const text = ids.make('dec_1', NOW, 'digest');
  const read = ids.read(text);
  expect(read).toMatchObject({ decision: 'dec_1', expiresAt: NOW });
  expect(ids.isOf(read as never, 'digest')).toBe(true);
  expect(ids.isOf(read as never, 'another')).toBe(false);
  for (const other of ['', 'dec_1', `${text}x`, text.replace('dec_', 'apv_')]) expect(ids.read(other)).toBeUndefined();
});
