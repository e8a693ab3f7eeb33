/** What an assertion of a peer gives here, and every reason why it gives nothing (RFC 7523). */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import type { DecisionFacts } from '../../../src/domain/authority/decision/facts.ts';
import type { Transaction } from '../../../src/domain/authority/transactions/transaction.ts';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import type { PeerAssertion } from '../../../src/domain/clients/peers/peer-assertions.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import type { ResourceServer } from '../../../src/domain/resources/resource-servers/resource-server.ts';
import { redeemAssertion } from '../../../src/extensions/jwt-bearer/redeem.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { account, agent, ISSUER, MAIL, PAY, resourceServer, START } from '../token-exchange/fakes.ts';

const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** What a test changes. */
const world = () => ({
  agent: { ...agent('agt_a'), grantTypes: [BEARER] } as Agent | undefined,
  client: { id: 'app_1', state: 'active', grantTypes: [BEARER] } as object | undefined,
  account: account('acc_anna') as Account | undefined,
  byAddress: undefined as Account | undefined,
  link: { id: 'lnk_1', account: 'acc_anna' } as object | undefined,
  servers: [
    resourceServer('rs_mail', MAIL, ['read', 'send']),
    resourceServer('rs_pay', PAY, ['pay']),
  ] as ResourceServer[],
  trusted: { [MAIL]: ['read'] } as Record<string, readonly string[]>,
  subjects: 'linked' as string,
  assertion: {} as Partial<PeerAssertion>,
  isRefused: false,
  isUsed: false,
  transaction: undefined as Transaction | 'unknown' | 'ended' | undefined,
  scope: ['read'] as readonly string[],
  maxSeconds: undefined as number | undefined,
  policyVersion: 3 as number | undefined,
});
let given: ReturnType<typeof world>;
let linked: unknown[];
let facts: DecisionFacts | undefined;
let noted: Partial<AuditEvent>;
let handedOver: unknown;

beforeEach(() => {
  given = world();
  linked = [];
  facts = undefined;
  noted = {};
  handedOver = 'not read';
});

const found = async <T>(document: T | undefined) => (document ? { document, version: 1 } : undefined);

const redeem = (form: Readonly<Record<string, string | readonly string[]>> = {}, caller: object = {}) => {
  const values: Readonly<Record<string, string | readonly string[]>> = { assertion: 'jwt', ...form };
  return redeemAssertion({
    assertions: {
      read: async (_jwt: string, _client: string, handedOverAt: unknown) => {
        handedOver = handedOverAt;
        return given.isRefused
          ? { check: 'signature' }
          : {
              ...{ peer: { id: 'iss_1', inbound: { resources: given.trusted, subjects: given.subjects } } },
              ...{ subject: 's', id: 'jti_1', use: 'use_1', expiresAt: START + 60, resources: [], scope: undefined },
              ...given.assertion,
            };
      },
    },
    links: {
      find: async () => given.link,
      ensure: async (link: { readonly account: string }, by: unknown) => {
        linked.push(link, by);
        return { id: 'lnk_new', account: link.account };
      },
    },
    transactions: { named: async () => given.transaction },
    agents: { get: () => found(given.agent) },
    clients: { get: () => found(given.client) },
    accounts: { get: async (id: string) => found(given.account?.id === id ? given.account : undefined) },
    accountsByAddress: { findByVerifiedEmail: async () => given.byAddress },
    resourceServers: {
      findByIdentifier: (identifier: string) => found(given.servers.find((one) => one.identifier === identifier)),
    },
    authorize: async (asked: DecisionFacts) => {
      facts = asked;
      const { scope, maxSeconds, policyVersion } = given;
      return {
        ...{ id: 'dec_1', route: asked.route, scope, removed: [{ scope: 'read', layer: 'grant' }], details: [] },
        ...{ removedDetails: [], limits: [], maxSeconds, maxUses: undefined, policyVersion },
      };
    },
    clock: { now: () => START },
    identifiers: countedIdentifiers(),
    issuer: ISSUER,
  } as never)({
    ...{ id: 'req_1', clientId: 'agt_a', isAgent: true, dpopThumbprint: undefined, source: '192.0.2.1' },
    values: (name: string) => (values[name] === undefined ? [] : [values[name]].flat()),
    note: (more: Partial<AuditEvent>) => {
      noted = { ...noted, ...more };
    },
    isUsed: async () => given.isUsed,
    ...caller,
  } as never);
};

const expectRefusal = async (answer: Promise<unknown>, reason: string) =>
  expect(answer).rejects.toMatchObject({ denial: { reason, id: expect.stringMatching(/^dny_/) } });

describe('an assertion', () => {
  test('gives one token for the person it names, by the agent that presents it', async () => {
    const { use, useUntil, token } = await redeem();
    expect([use, useUntil]).toEqual(['use_1', START + 60 + 300]);
    expect(token).toMatchObject({
      ...{ subject: 'acc_anna', chain: { sub: 'agt_a' }, origin: { link: 'lnk_1', act: undefined }, scope: ['read'] },
      ...{ notAfter: START + 3600, txn: expect.stringMatching(/^txn_/), decision: { id: 'dec_1' } },
    });
    expect(noted).toMatchObject({
      ...{ agent: 'agt_a', owner: 'acc_owner', subject: 'acc_anna', resource: MAIL, decision: 'dec_1', policy: 3 },
      inputs: { assertion: { peer: 'iss_1', id: 'jti_1', actor: null }, now: START },
    });
  });

  test('gives a client a token without an actor', async () => {
    const { token } = await redeem({}, { clientId: 'app_1', isAgent: false });
    expect(token).not.toHaveProperty('chain');
    expect(facts).toMatchObject({ caller: { kind: 'client', id: 'app_1' }, actors: [] });
    expect(noted).not.toHaveProperty('agent');
  });

  test('is decided about with all that is known', async () => {
    given.assertion = { scope: ['read', 'send', 'delete'], act: { sub: 'other' } as never };
    await redeem({ scope: 'send read' });
    expect(facts).toMatchObject({
      ...{ route: 'jwt_bearer', now: START, asked: ['read', 'send'], caller: { kind: 'agent', id: 'agt_a' } },
      ...{ subject: { id: 'acc_anna' }, grant: ['read'], subjectToken: ['read', 'send', 'delete'], actors: ['agt_a'] },
      ...{ source: '192.0.2.1', isBound: false },
    });
    expect(noted).toMatchObject({ inputs: { assertion: { actor: { sub: 'other' } } } });
    expect(noted.scopeAsked).toEqual(['read', 'send']);
    await redeem();
    expect(facts?.asked).toEqual(['read', 'send', 'delete']);
  });

  test('without a scope asks for everything, and everything is what the server has', async () => {
    given.trusted = { [MAIL]: ['*'] };
    given.policyVersion = undefined;
    await redeem();
    expect(facts).toMatchObject({ asked: undefined, grant: ['read', 'send'] });
    expect(facts).not.toHaveProperty('subjectToken');
    expect(facts).not.toHaveProperty('transaction');
    for (const name of ['scopeAsked', 'policy']) expect(noted).not.toHaveProperty(name);
  });

  test.each([{ dpopThumbprint: 'k' }, { certificateThumbprint: 'c' }])(
    'with a proof gives a bound token: %p',
    async (by) => {
      await redeem({}, by);
      expect(facts?.isBound).toBe(true);
    },
  );

  test('gives a token no longer than the decision, the resource server and the transaction let it live', async () => {
    given.maxSeconds = 30;
    expect((await redeem()).token.notAfter).toBe(START + 30);
    given.transaction = { id: 'trn_1', intent: { digest: 'd' }, expiresAt: START + 10 } as Transaction;
    const { token } = await redeem({ transaction: 'trn_1' });
    expect(token).toMatchObject({ notAfter: START + 10, txn: 'trn_1' });
    expect(facts).toHaveProperty('transaction');
  });

  test('is read with the hand-over of the agent, before which no key of it counts', async () => {
    given.agent = { ...agent('agt_a'), grantTypes: [BEARER], handedOverAt: START - 5 };
    await redeem();
    expect(handedOver).toBe(START - 5);
    await redeem({}, { clientId: 'app_1', isAgent: false });
    expect(handedOver).toBeUndefined();
  });
});

describe('the request is refused', () => {
  test('without an assertion, or with a parameter twice', async () => {
    await expectRefusal(redeem({ assertion: [] }), 'parameter_missing');
    await expectRefusal(redeem({ assertion: '' }), 'parameter_missing');
    for (const name of ['assertion', 'resource', 'scope', 'transaction']) {
      await expectRefusal(redeem({ [name]: ['one', 'two'] }), 'parameter_repeated');
    }
  });

  test('with a malformed scope', async () => {
    await expectRefusal(redeem({ scope: 'a"b' }), 'scope_malformed');
  });

  test.each<[string, object]>([
    ['unknown', { agent: undefined, client: undefined }],
    ['not active', { agent: { ...agent('agt_a'), grantTypes: [BEARER], state: 'suspended' } }],
    ['not registered for it', { agent: { ...agent('agt_a'), grantTypes: [] } }],
  ])('from a caller that is %s', async (_, change) => {
    Object.assign(given, change);
    await expectRefusal(redeem(), 'caller_not_active');
    expect(facts).toBeUndefined();
  });

  test('with an assertion that is not good, and the audit log says why', async () => {
    given.isRefused = true;
    await expectRefusal(redeem(), 'assertion_not_valid');
    expect(noted.inputs).toEqual({ assertion: { check: 'signature' } });
  });

  test('with an assertion that was used', async () => {
    given.isUsed = true;
    await expectRefusal(redeem(), 'assertion_used');
  });

  test.each<[string, object, object, boolean]>([
    ['a key that is not proven', { jkt: 'k' }, {}, false],
    ['another key', { jkt: 'k' }, { dpopThumbprint: 'x' }, false],
    ['the key', { jkt: 'k' }, { dpopThumbprint: 'k' }, true],
    ['a certificate that is not presented', { x5t: 'c' }, { dpopThumbprint: 'c' }, false],
    ['the certificate', { x5t: 'c' }, { certificateThumbprint: 'c' }, true],
  ])('unless an assertion that is bound comes with its proof: %s', async (_, bound, caller, isGood) => {
    given.assertion = { bound: bound as never };
    if (isGood) expect((await redeem({}, caller)).use).toBe('use_1');
    else await expectRefusal(redeem({}, caller), 'assertion_proof_missing');
  });

  test('in a transaction that is unknown, over, or not of this person', async () => {
    given.transaction = 'unknown';
    await expectRefusal(redeem({ transaction: 'trn_1' }), 'transaction_unknown');
    expect(noted).not.toHaveProperty('txn');
    given.transaction = 'ended';
    await expectRefusal(redeem({ transaction: 'trn_1' }), 'transaction_ended');
    expect(noted.txn).toBe('trn_1');
    given.transaction = { id: 'trn_1', participants: ['acc_ben'], expiresAt: START + 9 } as unknown as Transaction;
    await expectRefusal(redeem({ transaction: 'trn_1' }), 'transaction_of_others');
  });

  test('when the decision leaves nothing; no sign-in here would help', async () => {
    given.scope = [];
    await expectRefusal(redeem(), 'scope_not_available');
    expect(noted.decision).toBe('dec_1');
  });
});

describe('the resource', () => {
  test('is the only one that the assertion or the trust in the peer leaves', async () => {
    await redeem();
    expect(facts?.server.identifier).toBe(MAIL);
    given.trusted = { [MAIL]: ['read'], [PAY]: ['pay'] };
    given.assertion = { resources: [PAY] };
    await redeem();
    expect(facts?.server.identifier).toBe(PAY);
  });

  test('has to be named where several are left', async () => {
    given.trusted = { [MAIL]: ['read'], [PAY]: ['pay'] };
    await expectRefusal(redeem(), 'target_missing');
    await redeem({ resource: PAY });
    expect(facts?.server.identifier).toBe(PAY);
  });

  test.each<[string, object, string]>([
    ['that the peer is not trusted for', {}, PAY],
    ['that the assertion leaves out', { trusted: { [MAIL]: [], [PAY]: [] }, assertion: { resources: [MAIL] } }, PAY],
    ['that only the assertion names', { assertion: { resources: [PAY] } }, PAY],
    ['that is unknown', { servers: [] }, MAIL],
    ['that is disabled', { servers: [resourceServer('rs_mail', MAIL, [], { state: 'disabled' })] }, MAIL],
  ])('%s is refused', async (_, change, resource) => {
    Object.assign(given, change);
    await expectRefusal(redeem({ resource }), 'target_unknown');
  });
});

describe('the person', () => {
  const ANNA = { ...account('acc_anna'), email: 'anna@example.com' } as Account;

  test('is known by a link', async () => {
    await redeem();
    expect(linked).toEqual([]);
  });

  test('is linked at the first use, where the peer may name them by address', async () => {
    Object.assign(given, { link: undefined, subjects: 'verified_email', byAddress: ANNA });
    given.assertion = { email: 'anna@example.com' };
    expect((await redeem()).token.origin.link).toBe('lnk_new');
    expect(linked).toEqual([
      { peer: 'iss_1', subject: 's', account: 'acc_anna' },
      { caller: 'iss_1', request: 'req_1' },
    ]);
  });

  test.each<[string, object]>([
    ['without a link', { link: undefined }],
    [
      'of a peer that may not name people by address',
      { link: undefined, byAddress: ANNA, assertion: { email: 'a@b' } },
    ],
    ['without an address', { link: undefined, byAddress: ANNA, subjects: 'verified_email' }],
    ['with an unknown address', { link: undefined, subjects: 'verified_email', assertion: { email: 'a@b' } }],
    [
      'with the address of an account that is not active',
      {
        ...{ link: undefined, subjects: 'verified_email', byAddress: ANNA, assertion: { email: 'a@b' } },
        account: { ...ANNA, state: 'disabled' },
      },
    ],
    [
      'with the address of an administrator',
      {
        ...{ link: undefined, subjects: 'verified_email', byAddress: ANNA, assertion: { email: 'a@b' } },
        account: { ...ANNA, roles: ['administrator'] },
      },
    ],
    ['whose account is not active', { account: { ...ANNA, state: 'disabled' } }],
    ['whose account is gone', { account: undefined }],
    ['who administers this server', { account: { ...ANNA, roles: ['administrator'] } }],
  ])('%s is not known here', async (_, change) => {
    Object.assign(given, change);
    await expectRefusal(redeem(), 'subject_not_known');
    expect([linked, facts]).toEqual([[], undefined]);
  });
});
