/** Transaction tokens: what one request may do at further services of the trust domain. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import type { DecisionFacts } from '../../../src/domain/authority/decision/facts.ts';
import type { Transaction } from '../../../src/domain/authority/transactions/transaction.ts';
import type { IssuedToken } from '../../../src/domain/ports/issued-tokens.ts';
import { issueTxnToken } from '../../../src/extensions/token-exchange/txn-token.ts';
import { AT, exchangeScene, MAIL, START } from './fakes.ts';

const TXN = 'urn:ietf:params:oauth:token-type:txn_token';
const ACCESS = 'urn:ietf:params:oauth:token-type:access_token';

let scene: ReturnType<typeof exchangeScene>;
let facts: DecisionFacts | undefined;
let noted: Partial<AuditEvent>;
let scope: readonly string[];
let maxSeconds: number | undefined;
let policyVersion: number | undefined;
let transaction: Transaction | undefined;
let trustDomain: string | undefined;

beforeEach(() => {
  scene = exchangeScene();
  facts = undefined;
  noted = {};
  scope = ['call'];
  maxSeconds = undefined;
  policyVersion = 3;
  transaction = undefined;
  trustDomain = 'https://services.example';
});

const issue = (
  form: Readonly<Record<string, string | readonly string[]>> = {},
  caller: object = {},
  token: Partial<IssuedToken> = {},
) => {
  const values: Readonly<Record<string, string | readonly string[]>> = {
    ...{ subject_token: scene.addToken(token), subject_token_type: ACCESS, requested_token_type: TXN },
    ...{ audience: 'https://services.example', scope: 'call' },
    ...form,
  };
  return issueTxnToken({
    ...scene.dependencies,
    ...(trustDomain === undefined ? {} : { trustDomain }),
    transactions: { live: async () => transaction, named: async () => transaction ?? 'unknown' },
    authorize: async (asked: DecisionFacts) => {
      facts = asked;
      return {
        ...{ id: 'dec_1', route: asked.route, scope, removed: [{ scope: 'call', layer: 'agent' }], details: [] },
        ...{ removedDetails: [], limits: [], maxSeconds, maxUses: undefined, policyVersion },
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

const expectRefusal = (answer: Promise<unknown>, reason: string) =>
  expect(answer).rejects.toMatchObject({ denial: { reason, id: expect.stringMatching(/^dny_/) } });

describe('a transaction token', () => {
  test('holds what the access token of the request holds, for the person, from the caller', async () => {
    const token = await issue();
    expect(token).toMatchObject({
      ...{ typ: 'txntoken+jwt', audience: 'https://services.example', subject: 'acc_anna', scope: ['call'] },
      ...{ resource: AT.agt_a, grant: 'grt_1', notAfter: START + 3000, lifetimeSeconds: 600, issuedTokenType: TXN },
      claims: { txn: expect.stringMatching(/^txn_/), req_wl: 'agt_a' },
    });
    for (const name of ['tctx', 'rctx']) expect(token.claims).not.toHaveProperty(name);
    expect(noted).toMatchObject({
      ...{ subject: 'acc_anna', grant: 'grt_1', resource: AT.agt_a, decision: 'dec_1', policy: 3 },
      ...{ scopeAsked: ['call'], scopeGiven: ['call'], txn: token.claims['txn'] },
      inputs: { subjectToken: { clientId: 'app_1', received: 'as_resource_server' } },
    });
    for (const name of ['chain', 'delegation']) expect(noted).not.toHaveProperty(name);
  });

  test('is decided about with what the access token holds', async () => {
    policyVersion = undefined;
    await issue();
    expect(facts).toMatchObject({
      ...{ route: 'txn_token', asked: ['call'], caller: { kind: 'agent', id: 'agt_a' }, through: [], actors: [] },
      ...{ grant: ['call'], subjectToken: ['call'], source: '192.0.2.1', isBound: false },
    });
    expect(facts).not.toHaveProperty('transaction');
    expect(noted).not.toHaveProperty('policy');
    await issue({}, { dpopThumbprint: 'k' });
    expect(facts?.isBound).toBe(true);
    await issue({}, { certificateThumbprint: 'c' });
    expect(facts?.isBound).toBe(true);
  });

  test('keeps the chain of the access token, whose other agents are parties', async () => {
    const row = await scene.consent('agt_b', AT.agt_a, ['call']);
    const own = { clientId: 'agt_b', delegation: row.id, chain: row.chain };
    const token = await issue({}, {}, own);
    expect(token.chain).toEqual(row.chain);
    expect(facts).toMatchObject({ actors: ['agt_b'], through: [{ kind: 'agent', id: 'agt_b' }] });
    expect(noted).toMatchObject({ chain: row.chain, delegation: row.id });
    scene.agents.change('agt_b', { state: 'suspended' });
    await expectRefusal(issue({}, {}, own), 'delegation_ended');
  });

  test('keeps the transaction of the access token, and ends with it', async () => {
    expect((await issue({}, {}, { txn: 'txn_before' })).claims['txn']).toBe('txn_before');
    const intent = { digest: 'd', source: 'stated_by_agent' };
    transaction = { id: 'trn_1', intent, expiresAt: START + 10 } as Transaction;
    expect(await issue({ transaction: 'trn_1' })).toMatchObject({ notAfter: START + 10, claims: { txn: 'trn_1' } });
    expect(facts).toHaveProperty('transaction');
    transaction = { id: 'trn_1', intent, expiresAt: START + 10, participants: ['acc_ben'] } as unknown as Transaction;
    await expectRefusal(issue({ transaction: 'trn_1' }), 'transaction_of_others');
  });

  test('lives no longer than the decision allows', async () => {
    maxSeconds = 30;
    expect((await issue()).lifetimeSeconds).toBe(30);
  });

  test('has the details of the request as they are, and of its context only a digest', async () => {
    const { claims } = await issue({ request_details: '{"a":1}', request_context: '{"b":2}' });
    expect(claims).toMatchObject({ tctx: { a: 1 }, rctx: { 'sha-256': expect.any(String) } });
    expect(JSON.stringify(claims)).not.toContain('"b"');
    const { claims: empty } = await issue({ request_details: '' });
    expect(empty).not.toHaveProperty('tctx');
  });
});

describe('is refused', () => {
  test.each<[string, Readonly<Record<string, string | readonly string[]>>, string]>([
    ['at another trust domain', { audience: MAIL }, 'trust_domain_unknown'],
    ['without a scope', { scope: [] }, 'parameter_missing'],
    ['with a resource', { resource: MAIL }, 'token_type_unsupported'],
    ['for an ID token', { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }, 'token_type_unsupported'],
    ['with details of the request twice', { request_details: ['{}', '{}'] }, 'parameter_repeated'],
    ['with details of the request that are no object', { request_details: '[' }, 'context_malformed'],
    ['with a context that is no object', { request_context: '1' }, 'context_malformed'],
    ['in an unknown transaction', { transaction: 'trn_1' }, 'transaction_unknown'],
    [
      'with an actor token that is not live',
      { actor_token: 'other', actor_token_type: ACCESS },
      'actor_token_not_live',
    ],
  ])('%s', async (_, form, reason) => {
    await expectRefusal(issue(form), reason);
    expect(facts).toBeUndefined();
  });

  test('without a trust domain in the configuration', async () => {
    trustDomain = undefined;
    await expectRefusal(issue(), 'trust_domain_unknown');
  });

  test('to a client that is no agent, or not active', async () => {
    await expectRefusal(issue({}, { isAgent: false }), 'caller_not_an_agent');
    scene.agents.change('agt_a', { state: 'suspended' });
    await expectRefusal(issue(), 'agent_not_active');
  });

  test('when the resource server of the access token is disabled, or the token has none', async () => {
    await expectRefusal(issue({}, {}, { clientId: 'agt_a', audience: undefined } as never), 'subject_token_not_live');
    scene.servers.change('rs_mail', { state: 'disabled' });
    const row = await scene.consent('agt_a', MAIL, ['read']);
    const own = { clientId: 'agt_a', audience: MAIL, delegation: row.id, chain: row.chain };
    await expectRefusal(issue({}, {}, own), 'subject_token_not_live');
  });

  test('when the decision leaves nothing', async () => {
    scope = [];
    await expectRefusal(issue(), 'scope_not_available');
    expect(noted.decision).toBe('dec_1');
    expect(noted).not.toHaveProperty('scopeGiven');
  });
});
