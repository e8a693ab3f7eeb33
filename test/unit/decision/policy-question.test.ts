/** What policies see of a request, and which consent they see behind it. */
import { describe, expect, test } from '@jest/globals';
import type { DecisionFacts, Route } from '../../../src/domain/authority/decision/facts.ts';
import {
  accountEntity,
  momentFacts,
  partyEntity,
  policyCase,
  scopeEntity,
  serverEntity,
} from '../../../src/domain/authority/decision/policy-question.ts';
import { isConstantJson } from '../../../src/domain/ports/sorted-copy.ts';
import { deepFrozen } from '../../../src/domain/ports/store-rules.ts';
import { exampleType } from '../../support/detail-types.ts';
import { API, account, agent, client, generous, MAIL, NOW, server } from './world.ts';

const PAYMENT = exampleType('payment');
const BANK = { ...server, detailTypes: [PAYMENT] };
const SUM = { type: PAYMENT.type, amount: 40, currency: 'EUR' };

const caseOf = (route: Route, more: Partial<DecisionFacts> & { readonly isOwnApi?: boolean } = {}) =>
  policyCase({ ...generous(route), isOwnApi: false, ...more }, ['read'], []);

const without = (route: Route, ...names: readonly string[]): Partial<DecisionFacts> => ({
  ...Object.fromEntries(names.map((name) => [name, undefined])),
  route,
});

describe('a party', () => {
  test('that is an agent has its environment, owner, blueprint and composition', () => {
    expect(partyEntity(agent)).toEqual({
      name: { type: 'Agent', id: 'agt_a' },
      attributes: { environment: 'production', owner: 'acc_owner', verified: false, composition: undefined },
      parents: [],
    });
    const full = { ...agent, blueprint: 'bpr_1', verifiedAt: 1, composition: { digest: 'c' } as never };
    expect(partyEntity(full)).toMatchObject({
      attributes: { verified: true, composition: 'c' },
      parents: [{ type: 'Blueprint', id: 'bpr_1' }],
    });
  });

  test('that is a client says whether it is a document, and whether it was verified', () => {
    expect(partyEntity(client)).toEqual({
      ...{ name: { type: 'Client', id: 'app_a' }, attributes: { document: false, verified: false }, parents: [] },
    });
    expect(partyEntity({ ...client, isDocument: true, verifiedAt: 1 })).toMatchObject({
      attributes: { document: true, verified: true },
    });
  });

  test('that is an account says whether it is enabled, and its groups', () => {
    expect(accountEntity(account)).toMatchObject({
      attributes: { enabled: true },
      parents: [{ type: 'Group', id: 'finance' }],
    });
    expect(accountEntity({ ...account, state: 'disabled' })).toMatchObject({ attributes: { enabled: false } });
  });
});

describe('an entity', () => {
  const places = { server, isOwnApi: false };
  const changes: Readonly<Record<string, readonly (() => object)[]>> = {
    agent: [
      () => partyEntity(agent),
      () => partyEntity({ ...agent, environment: 'test' } as never),
      () => partyEntity({ ...agent, owner: 'acc_other' }),
      () => partyEntity({ ...agent, verifiedAt: 1 }),
      () => partyEntity({ ...agent, blueprint: 'bpr_1' }),
      () => partyEntity({ ...agent, composition: { digest: 'c' } as never }),
      () => partyEntity({ ...agent, composition: { digest: 'c', isProven: true } as never }),
    ],
    client: [
      () => partyEntity(client),
      () => partyEntity({ ...client, isDocument: true }),
      () => partyEntity({ ...client, verifiedAt: 1 }),
    ],
    account: [
      () => accountEntity(account),
      () => accountEntity({ ...account, state: 'disabled' }),
      () => accountEntity({ ...account, groups: [] }),
      () => accountEntity({ ...account, groups: ['finance', 'staff'] }),
    ],
    server: [
      () => serverEntity(places),
      () => serverEntity({ ...places, isOwnApi: true }),
      () => serverEntity({ ...places, server: { ...server, identifier: 'https://other.example' } }),
    ],
    scope: [
      () => scopeEntity(places, { name: 'read', risk: 'low' }),
      () => scopeEntity(places, { name: 'read', risk: 'high' }),
      () => scopeEntity({ server: { ...server, id: 'rsv_other' } }, { name: 'read', risk: 'low' }),
    ],
  };

  test.each(Object.entries(changes))(
    'that is the same %s is the same object, and another as soon as a fact changes',
    (_, all) => {
      const first = all.map((make) => make());
      const texts = new Set(first.map((entity) => JSON.stringify(entity)));
      expect(texts.size).toBe(all.length);
      for (const [index, make] of all.entries()) expect(make()).toBe(first[index]);
      expect(first.every((entity) => isConstantJson(entity))).toBe(true);
    },
  );

  test('of a stored resource server or scope is kept by identity, and another after a change', () => {
    const stored = deepFrozen({
      id: 'rs_1',
      identifier: 'https://one.example',
      scopes: [{ name: 'read', risk: 'low' }],
    });
    const changed = deepFrozen({ ...stored, identifier: 'https://two.example' });
    const [read] = stored.scopes as [{ name: 'read'; risk: 'low' }];
    const seen = (one: typeof stored, isOwnApi: boolean) =>
      [serverEntity({ server: one, isOwnApi }), scopeEntity({ server: one }, read)] as const;
    const first = seen(stored, false);
    expect(seen(stored, false)).toEqual(first);
    expect(seen(stored, false)[1]).toBe(first[1]);
    // The scope of the changed server is the same object.
    const other = seen(changed, false);
    expect(other[0].attributes).toMatchObject({ identifier: 'https://two.example' });
    expect(other[1].name.id).toBe('https://two.example read');
    expect(seen(stored, true)[0].attributes).toMatchObject({ management: true });
    expect(seen(stored, false)).toEqual(first);
  });

  test('with very many facts is described each time', () => {
    const groups = Array.from({ length: 200 }, (_, index) => `grp_${index}`);
    const [one, other] = [accountEntity({ ...account, groups }), accountEntity({ ...account, groups })];
    expect(one).toEqual(other);
    expect(one).not.toBe(other);
  });
});

describe('the context', () => {
  test('says who acts for whom, how deep, and by which key', () => {
    expect(caseOf('token_exchange').context).toMatchObject({
      ...{ route: 'token_exchange', delegated: true, depth: 1, actors: [{ entity: { type: 'Agent', id: 'agt_a' } }] },
      ...{ subject: { entity: { type: 'Account', id: 'acc_anna' } }, bound: false },
    });
    expect(caseOf('token_exchange', { isBound: true, actors: ['agt_a', 'agt_b'] }).context).toMatchObject({
      ...{ bound: true, depth: 2 },
    });
    expect(caseOf('client_credentials', { actors: undefined } as never).context).toMatchObject({
      ...{ delegated: false, subject: undefined, depth: 0, actors: [] },
    });
  });

  test('has approval and transaction where there are some', () => {
    const transaction = { trigger: 'event', intent: 'd', source: 'stated_by_agent' } as never;
    expect(caseOf('ciba', { approval: { id: 'apv_1', approvers: 2 }, transaction }).context).toMatchObject({
      approval: { record: { id: 'apv_1', approvers: 2 } },
      transaction: { record: { trigger: 'event' } },
    });
    expect(caseOf('ciba').context).toMatchObject({ approval: undefined, transaction: undefined });
  });

  test.each([
    ['1970-01-01T00:00:00Z', 0, 4],
    ['1970-01-04T23:59:59Z', 23, 7],
    ['1970-01-05T00:00:00Z', 0, 1],
    ['2026-11-30T11:30:00Z', 11, 1],
  ])('names hour and weekday of %s', (time, hour, weekday) => {
    expect(momentFacts({ now: Date.parse(time) / 1000 })).toMatchObject({ hour, weekday });
  });

  test('names the sign-in with its age, which is never negative', () => {
    const assuranceAt = (authTime: number, acr?: string) =>
      momentFacts({ now: 100, assurance: { ...(acr ? { acr } : {}), amr: ['pwd'], authTime } })['assurance'];
    expect(assuranceAt(40, 'a')).toEqual({ record: { acr: 'a', amr: ['pwd'], age: 60 } });
    expect(assuranceAt(130)).toEqual({ record: { acr: '', amr: ['pwd'], age: 0 } });
    expect(momentFacts({ now: 100 })['assurance']).toBeUndefined();
  });

  test.each([
    ['192.0.2.1', true],
    ['2001:db8::1', true],
    ['unknown', false],
    ['cafe', false],
    [undefined, false],
  ])('has the source %s as a network only when it is an address', (source, isNetwork) => {
    expect(momentFacts({ now: 100, source })['source']).toEqual(isNetwork ? { network: source } : undefined);
  });
});

describe('the case', () => {
  test('asks about each declared scope that is left, at its resource server', () => {
    const found = policyCase({ ...generous('token_exchange'), isOwnApi: false }, ['send', 'other']);
    expect(found).toMatchObject({
      ...{ action: 'act', principal: { type: 'Agent', id: 'agt_a' }, isConditional: true },
      resources: [
        { scope: 'send', entity: { name: { type: 'Scope', id: `${MAIL} send` }, attributes: { risk: 'high' } } },
      ],
    });
    expect(found.resources).toHaveLength(1);
    expect(found).not.toHaveProperty('details');
    expect(found.entities.map(({ name }) => name.id)).toEqual(['agt_a', 'app_a', 'acc_anna', 'rs_mail']);
  });

  test('names the management API, and has no account where there is no person', () => {
    const found = caseOf('client_credentials', { isOwnApi: true, server: { ...server, identifier: API } });
    expect(found.entities.at(-1)).toMatchObject({ attributes: { identifier: API, management: true } });
    expect(found.entities.map(({ name }) => name.type)).not.toContain('Account');
  });

  test('at a consent asks whether to delegate; at introspection no condition counts', () => {
    expect(caseOf('consent')).toMatchObject({ action: 'delegate', isConditional: true });
    expect(caseOf('introspection')).toMatchObject({ action: 'act', isConditional: false });
  });

  test('asks about each detail of a declared type, with its amount', () => {
    const detailsOf = (...details: readonly { readonly type: string }[]) =>
      policyCase({ ...generous('token_exchange'), isOwnApi: false, server: BANK }, [], details).details;
    expect(detailsOf(SUM)).toMatchObject([
      { entity: { name: { type: 'DetailType', id: `${MAIL} ${PAYMENT.type}` } }, amount: 40, consented: false },
    ]);
    expect(detailsOf({ type: PAYMENT.type })?.[0]).not.toHaveProperty('amount');
    expect(detailsOf({ type: 'other' })).toEqual([]);
  });
});

describe('a scope is consented to', () => {
  const isConsented = (route: Route, more: Partial<DecisionFacts> = {}) => caseOf(route, more).resources[0]?.consented;

  test.each<[string, Route, Partial<DecisionFacts>, boolean]>([
    ['a delegation that holds it', 'token_exchange', {}, true],
    ['a delegation without it', 'token_exchange', { delegation: ['send'] }, false],
    ['no delegation of an agent', 'token_exchange', without('token_exchange', 'delegation'), false],
    ['no person', 'token_exchange', without('token_exchange', 'subject'), false],
    ['a person who was not asked', 'token_exchange', { isUnasked: true }, false],
    ['a person of another server', 'jwt_bearer', {}, false],
    ['a person who is being asked', 'consent', {}, false],
    ['a token that was issued with it', 'introspection', { delegation: [] }, true],
    [
      'an approval, for an agent without a delegation',
      'ciba',
      { ...without('ciba', 'delegation'), approval: { id: 'a', approvers: 1 } },
      true,
    ],
    ['no approval and no delegation', 'ciba', without('ciba', 'delegation'), false],
    [
      'a delegation, also with an approval',
      'ciba',
      { delegation: ['send'], approval: { id: 'a', approvers: 1 } },
      false,
    ],
    ['a token at an evaluation', 'access_evaluation', { subjectToken: ['read'], delegation: [] }, true],
    ['a token without it at an evaluation', 'access_evaluation', { subjectToken: ['send'] }, false],
    [
      'no token at an evaluation: the delegation',
      'access_evaluation',
      without('access_evaluation', 'subjectToken'),
      true,
    ],
    [
      'a grant of a client',
      'authorization_code',
      { ...without('authorization_code', 'delegation'), caller: client },
      true,
    ],
    [
      'a grant of an agent without a delegation',
      'authorization_code',
      without('authorization_code', 'delegation'),
      false,
    ],
    [
      'an exchange of a client',
      'token_exchange',
      { ...without('token_exchange', 'delegation'), caller: client },
      false,
    ],
  ])('by %s: %#', (_, route, more, expected) => {
    expect(isConsented(route, { ...more, route })).toBe(expected);
  });
});

describe('a detail is consented to', () => {
  const approval = { id: 'a', approvers: 1 };

  test.each<[string, Route, Partial<DecisionFacts>, boolean]>([
    ['a delegation', 'token_exchange', { details: { delegation: [[SUM]] } }, true],
    ['a grant', 'token_exchange', { details: { grant: [SUM] } }, true],
    ['neither', 'token_exchange', { details: {} }, false],
    ['no facts about details', 'token_exchange', {}, false],
    ['a delegation of a person of another server', 'jwt_bearer', { details: { delegation: [[SUM]] } }, false],
    ['a token that was issued with it', 'introspection', { details: {} }, true],
    ['an approval, for an agent without a delegation', 'ciba', { details: {}, approval }, true],
    ['no approval', 'ciba', { details: { grant: [SUM] } }, false],
    ['a delegation at an approval', 'ciba', { details: { delegation: [[SUM]] } }, true],
    ['a token at an evaluation', 'access_evaluation', { details: { subjectToken: [SUM] } }, true],
    ['no token at an evaluation', 'access_evaluation', { details: {} }, false],
  ])('by %s: %#', (_, route, more, expected) => {
    const facts = { ...generous(route), isOwnApi: false, server: BANK, ...more };
    expect(policyCase(facts, [], [SUM]).details?.[0]?.consented).toBe(expected);
  });
});

test('the hour of the facts is that of the request', () => {
  expect(caseOf('token_exchange').context).toMatchObject({ now: NOW, hour: Math.floor((NOW % 86_400) / 3600) });
});
