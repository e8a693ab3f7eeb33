/** Assertions about a person for another authorization server (ID-JAG §4.3). */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import type { DecisionFacts } from '../../../src/domain/authority/decision/facts.ts';
import type { Transaction } from '../../../src/domain/authority/transactions/transaction.ts';
import type { Client } from '../../../src/domain/clients/clients/client.ts';
import type { Outbound, Peer } from '../../../src/domain/clients/peers/peer.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import type { SignIn } from '../../../src/domain/ports/sign-ins.ts';
import { issueIdJag } from '../../../src/extensions/token-exchange/id-jag.ts';
import { exchangeScene, MAIL, PAY, START } from './fakes.ts';

const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const REFRESH = 'urn:ietf:params:oauth:token-type:refresh_token';
const ACCESS = 'urn:ietf:params:oauth:token-type:access_token';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const THERE = 'https://other.example';

let scene: ReturnType<typeof exchangeScene>;
let facts: DecisionFacts | undefined;
let noted: Partial<AuditEvent>;
let signIn: Partial<SignIn> | undefined;
let outbound: Partial<Outbound> | undefined;
let peerState: Peer['state'];
let decision: object;
let transaction: Transaction | undefined;

beforeEach(() => {
  scene = exchangeScene();
  scene.agents.change('agt_a', { grantTypes: [EXCHANGE, 'authorization_code', 'refresh_token'] });
  scene.clients.change('app_1', { grantTypes: [EXCHANGE, 'authorization_code'] } as Partial<Client>);
  facts = undefined;
  noted = {};
  signIn = {};
  outbound = {};
  peerState = 'active';
  decision = {};
  transaction = undefined;
});

const resource = (identifier: string) => ({ identifier, scopes: [{ name: 'read', description: 'Read', risk: 'low' }] });

const issue = (form: Readonly<Record<string, string | readonly string[]>> = {}, caller: object = {}) => {
  const values: Readonly<Record<string, string | readonly string[]>> = {
    ...{ subject_token: 'id', subject_token_type: ID_TOKEN, requested_token_type: ID_JAG, audience: THERE },
    ...form,
  };
  const found = async (_token: string, clientId: string) =>
    signIn && {
      ...{ id: 'dig_1', subject: 'acc_anna', clientId, grant: 'grt_1', openidScopes: ['openid', 'email'] },
      ...{ issuedAt: START, expiresAt: START + 100 },
      ...signIn,
    };
  return issueIdJag({
    ...scene.dependencies,
    transactions: { live: async () => transaction, named: async () => transaction ?? 'unknown' },
    signIns: { ofIdToken: found, ofRefreshToken: found },
    peers: {
      findByIssuer: async (issuer: string) =>
        issuer === THERE
          ? {
              ...{ id: 'iss_1', name: 'Other', issuer, state: peerState, createdAt: 0, updatedAt: 0 },
              ...(outbound
                ? {
                    outbound: {
                      clients: { agt_a: 'there_a', app_1: 'there_1' },
                      resources: [resource(MAIL)],
                      lifetimeSeconds: 60,
                      ...outbound,
                    },
                  }
                : {}),
            }
          : undefined,
    },
    authorize: async (asked: DecisionFacts) => {
      facts = asked;
      return {
        ...{
          id: 'dec_1',
          route: asked.route,
          scope: ['read'],
          removed: [{ scope: 'read', layer: 'agent' }],
          details: [],
        },
        ...{ removedDetails: [], limits: [], maxSeconds: undefined, maxUses: undefined, policyVersion: 3, ...decision },
      };
    },
  } as never)(
    {
      ...{ id: 'req_1', clientId: 'agt_a', isAgent: true, dpopThumbprint: undefined, source: '192.0.2.1' },
      note: (more: Partial<AuditEvent>) => {
        noted = { ...noted, ...more };
      },
      ...caller,
    } as never,
    (name) => [values[name] ?? []].flat(),
  );
};

const APP = { clientId: 'app_1', isAgent: false };
const expectRefusal = (answer: Promise<unknown>, reason: string) =>
  expect(answer).rejects.toMatchObject({ denial: { reason, id: expect.stringMatching(/^dny_/) } });

describe('an assertion', () => {
  test('names the person, the agent and the resource behind the other server', async () => {
    expect(await issue({ scope: 'read' })).toEqual({
      ...{ typ: 'oauth-id-jag+jwt', audience: THERE, subject: 'acc_anna', resource: MAIL, scope: ['read'] },
      ...{ chain: expect.objectContaining({ sub: 'agt_a' }), claims: { client_id: 'there_a', resource: MAIL } },
      ...{ notAfter: START + 100, lifetimeSeconds: 60, grant: 'grt_1', parent: 'dig_1', issuedTokenType: ID_JAG },
      decision: expect.objectContaining({ id: 'dec_1' }),
    });
    expect(noted).toMatchObject({
      ...{ subject: 'acc_anna', grant: 'grt_1', resource: MAIL, decision: 'dec_1', policy: 3, scopeAsked: ['read'] },
      ...{ scopeGiven: ['read'], chain: { sub: 'agt_a' } },
      inputs: { peer: 'iss_1', signIn: { id: 'dig_1', type: ID_TOKEN } },
    });
  });

  test('for a client has no actor', async () => {
    const { chain, claims } = await issue({}, APP);
    expect([chain, claims['client_id']]).toEqual([undefined, 'there_1']);
    expect(facts).toMatchObject({ caller: { kind: 'client', id: 'app_1' }, actors: [] });
    expect(noted).not.toHaveProperty('chain');
  });

  test('is decided about with the sign-in and the proof of the request', async () => {
    decision = { policyVersion: undefined };
    signIn = { assurance: { amr: ['pwd'], authTime: 5 } };
    await issue();
    expect(facts).toMatchObject({
      ...{ route: 'id_jag', caller: { kind: 'agent' }, actors: ['agt_a'], subject: { id: 'acc_anna' }, isBound: false },
      ...{ assurance: { authTime: 5 }, server: { identifier: MAIL } },
    });
    expect(facts).not.toHaveProperty('transaction');
    for (const name of ['policy', 'scopeAsked']) expect(noted).not.toHaveProperty(name);
    await issue({}, { dpopThumbprint: 'k' });
    expect(facts?.isBound).toBe(true);
    await issue({}, { certificateThumbprint: 'c' });
    expect(facts?.isBound).toBe(true);
  });

  test('says how the person signed in, as far as it is known', async () => {
    signIn = { assurance: { acr: 'a', amr: ['pwd'], authTime: 5 } };
    expect((await issue()).claims).toMatchObject({ acr: 'a', amr: ['pwd'], auth_time: 5 });
    signIn = { assurance: { amr: [], authTime: 5 } };
    expect((await issue()).claims).toEqual({ client_id: 'there_a', resource: MAIL, auth_time: 5 });
  });

  test('has the address only when it is verified and the client may have it', async () => {
    const claimsFor = async (account: Partial<Account>, openidScopes = ['openid', 'email']) => {
      signIn = { openidScopes };
      scene.accounts.change('acc_anna', account);
      return (await issue()).claims;
    };
    const email = 'anna@example.com';
    expect(await claimsFor({ email, emailVerified: true })).toMatchObject({ email, email_verified: true });
    expect(await claimsFor({}, ['openid'])).not.toHaveProperty('email');
    expect(await claimsFor({ emailVerified: false })).not.toHaveProperty('email');
    expect(await claimsFor({ email: undefined, emailVerified: true } as never)).not.toHaveProperty('email_verified');
  });

  test('lives no longer than peer, decision and transaction allow', async () => {
    decision = { maxSeconds: 20 };
    expect((await issue()).lifetimeSeconds).toBe(20);
    const intent = { digest: 'd', source: 'stated_by_agent' };
    transaction = { id: 'trn_1', intent, expiresAt: START + 10 } as Transaction;
    expect(await issue({ transaction: 'trn_1' })).toMatchObject({ notAfter: START + 10, claims: { txn: 'trn_1' } });
    expect(facts).toHaveProperty('transaction');
    transaction = { id: 'trn_1', intent, expiresAt: START + 10, participants: ['acc_ben'] } as unknown as Transaction;
    await expectRefusal(issue({ transaction: 'trn_1' }), 'transaction_of_others');
  });

  test('is for the resource that the request names, of several', async () => {
    outbound = { resources: [resource(MAIL), resource(PAY)] as never };
    await expectRefusal(issue(), 'target_missing');
    expect((await issue({ resource: PAY })).resource).toBe(PAY);
    await expectRefusal(issue({ resource: 'https://x.example' }), 'target_unknown');
  });
});

describe('is refused', () => {
  test.each<[string, Readonly<Record<string, string | readonly string[]>>, string]>([
    ['without an audience', { audience: [] }, 'target_missing'],
    ['for an unknown peer', { audience: 'https://x.example' }, 'peer_unknown'],
    ['for an access token', { subject_token_type: ACCESS }, 'token_type_unsupported'],
    ['with details', { authorization_details: '[{"type":"x"}]' }, 'details_malformed'],
    ['with an actor token that is not live', { actor_token: 'x', actor_token_type: ACCESS }, 'actor_token_not_live'],
    ['in an unknown transaction', { transaction: 'trn_1' }, 'transaction_unknown'],
  ])('%s', async (_, form, reason) => {
    await expectRefusal(issue(form), reason);
    expect(facts).toBeUndefined();
  });

  test('by a peer that is disabled, vouches for no user, or does not know the caller', async () => {
    peerState = 'disabled' as never;
    await expectRefusal(issue(), 'peer_unknown');
    peerState = 'active';
    outbound = undefined;
    await expectRefusal(issue(), 'peer_unknown');
    outbound = { clients: { agt_b: 'there_b' } };
    await expectRefusal(issue(), 'peer_unknown');
  });

  test('to a client that is not active, or not registered for it', async () => {
    scene.clients.change('app_1', { grantTypes: ['authorization_code'] } as Partial<Client>);
    await expectRefusal(issue({}, APP), 'grant_type_not_registered');
    scene.clients.change('app_1', { grantTypes: [EXCHANGE], state: 'disabled' } as Partial<Client>);
    await expectRefusal(issue({}, APP), 'grant_type_not_registered');
  });

  test('to a client with an actor token, since it is no agent', async () => {
    await expectRefusal(issue({ actor_token: 'x', actor_token_type: ACCESS }, APP), 'actor_token_not_of_caller');
  });

  test('for a person who is not active', async () => {
    scene.accounts.change('acc_anna', { state: 'disabled' });
    await expectRefusal(issue(), 'subject_not_active');
  });

  test('when the decision leaves nothing', async () => {
    decision = { scope: [] };
    await expectRefusal(issue(), 'scope_not_available');
    expect(noted).not.toHaveProperty('scopeGiven');
  });
});

describe('the sign-in', () => {
  test('is live, and of a grant type that the caller has', async () => {
    signIn = undefined;
    await expectRefusal(issue(), 'subject_token_not_live');
    signIn = {};
    await expectRefusal(issue({ subject_token_type: REFRESH }, APP), 'subject_token_not_live');
    expect((await issue({ subject_token_type: REFRESH })).subject).toBe('acc_anna');
    scene.agents.change('agt_a', { grantTypes: [EXCHANGE] });
    await expectRefusal(issue(), 'subject_token_not_live');
  });

  test.each<[string, Partial<SignIn>, object, object]>([
    ['a key', { jkt: 'k' }, { dpopThumbprint: 'x' }, { dpopThumbprint: 'k' }],
    ['a certificate', { x5t: 'c' }, { certificateThumbprint: 'x' }, { certificateThumbprint: 'c' }],
    ['any key of its client', { proof: 'dpop' }, { certificateThumbprint: 'c' }, { dpopThumbprint: 'k' }],
    [
      'any certificate of its client',
      { proof: 'certificate' },
      { dpopThumbprint: 'k' },
      { certificateThumbprint: 'c' },
    ],
    [
      'an instance',
      { instance: 'ins_1' },
      { instance: async () => ({ id: 'ins_2' }) },
      { instance: async () => ({ id: 'ins_1' }) },
    ],
  ])('that is bound to %s needs its proof', async (_, bound, other, proof) => {
    signIn = bound;
    await expectRefusal(issue(), 'subject_token_proof_missing');
    await expectRefusal(issue({}, other), 'subject_token_proof_missing');
    expect((await issue({}, proof)).subject).toBe('acc_anna');
  });
});
