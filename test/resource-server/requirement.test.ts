/** What a request needs, against what a verified token allows. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, jwtVerify } from 'jose';
import {
  type DetailType,
  Refusal,
  type Requirement,
  resourceServer,
} from '../../packages/resource-server/src/resource-server.ts';
import { ask, handClock, headerOf, seen } from './asking.ts';
import { type Claims, type Issuer, newPair, now, RESOURCE, startIssuer } from './issuer.ts';

const PAYMENT: DetailType = {
  type: 'payment',
  members: {
    amount: 'max',
    minimum: 'min',
    currencies: 'subset',
    folder: 'prefix',
    note: { rule: 'equal', absent: 'unlimited' },
    until: 'before',
    from: 'after',
  },
};

let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());

const decide = async (claims: Claims, requirement: Requirement) =>
  ask(
    resourceServer({ issuer: issuer.url, resource: RESOURCE, detailTypes: [PAYMENT] }),
    await issuer.token(claims),
    requirement,
  );

test('every scope is needed, and the challenge names all of them (RFC 6750 §3.1)', async () => {
  const scopes = ['notes.read', 'notes.delete'];
  const decision = await decide({ scope: 'notes.read' }, { scopes });
  expect(seen(decision)).toBe('403 insufficient_scope scope_missing');
  expect(headerOf(decision, 'www-authenticate')[0]).toContain('scope="notes.read notes.delete"');
  expect(seen(await decide({ scope: 'notes.delete notes.read' }, { scopes }))).toBe('granted');
});

test('a client without a valid token learns which scopes to ask for (RFC 6750 §3, MCP 2026-07-28)', async () => {
  const server = resourceServer({ issuer: issuer.url, resource: RESOURCE });
  const request = { method: 'GET', target: '/', headers: [] };
  const scopes = ['notes.read', 'notes.list'];
  const refused = await server.check(request, { scopes });
  expect(seen(refused)).toBe('401 token_required token_missing');
  for (const challenge of headerOf(refused, 'www-authenticate')) {
    expect(challenge).toContain('resource_metadata="');
    expect(challenge).toContain('scope="notes.read notes.list"');
  }
  const expired = await decide({ exp: now() - 3600 }, { scopes });
  expect(seen(expired)).toBe('401 invalid_token token_expired');
  expect(headerOf(expired, 'www-authenticate')[0]).toContain('scope="notes.read notes.list"');
  // Without a requirement there is nothing to ask for.
  for (const challenge of headerOf(await server.check(request), 'www-authenticate')) {
    expect(challenge).not.toContain('scope=');
  }
});

describe('who acts', () => {
  const planner = { act: { sub: 'agt_planner', act: { sub: 'agt_secretary' } } };
  const none = { act: undefined };

  test.each<[string, Claims, Requirement['actor'] & object, string]>([
    ['an agent where one must', planner, 'required' as never, 'granted'],
    ['no agent where one must', none, 'required' as never, '403 actor_unauthorized actor_required'],
    ['an agent where none may', planner, 'none' as never, '403 actor_unauthorized actor_refused'],
    ['no agent where none may', none, 'none' as never, 'granted'],
    ['the current actor in the list', planner, ['agt_planner'], 'granted'],
    ['an earlier actor in the list', planner, ['agt_secretary'], '403 actor_unauthorized actor_required'],
    ['no actor in an empty list', planner, [], '403 actor_unauthorized actor_required'],
    [
      'who may act acts not (RFC 8693 §4.4)',
      { ...none, may_act: { sub: 'agt_planner' } },
      ['agt_planner'],
      '403 actor_unauthorized actor_required',
    ],
  ])('%s', async (_, claims, actor, expected) => {
    expect(seen(await decide(claims, { actor }))).toBe(expected);
  });

  test('a handler gets the chain, the current actor first', async () => {
    const decision = await decide(planner, {});
    expect(decision.granted && [decision.access.actor, decision.access.actors]).toEqual([
      'agt_planner',
      [{ sub: 'agt_planner' }, { sub: 'agt_secretary' }],
    ]);
  });
});

describe('a member of a detail, by its rule', () => {
  const inside = async (member: string, asked: unknown, held: unknown) => {
    const detail = (value: unknown) => ({ type: 'payment', [member]: value });
    const decision = await decide({ authorization_details: [detail(held)] }, { details: [detail(asked)] });
    return decision.granted || decision.refusal.facts.reason;
  };

  test.each<[string, unknown, unknown]>([
    ['until', '2026-12-01', '2026-12-24'],
    ['until', '2026-12-24', '2026-12-24'],
    ['until', '2026-12-24T12:00:00+01:00', '2026-12-24T11:00:00Z'],
    ['until', '2026-12-24T10:59:59.999Z', '2026-12-24T11:00:00Z'],
    ['from', '2026-12-25', '2026-12-24'],
    ['from', '2026-12-24T12:00:00Z', '2026-12-24T12:00:00+01:00'],
    ['folder', '/Reports 2026/May', '/Reports 2026'],
  ])('%s: %p is inside %p', async (member, asked, held) => {
    expect(await inside(member, asked, held)).toBe(true);
  });

  test.each<[string, unknown, unknown]>([
    ['until', '2026-12-25', '2026-12-24'],
    ['until', '2026-12-24T12:00:00.001+01:00', '2026-12-24T11:00:00Z'],
    ['until', '2026-12-01T00:00:00Z', '2026-12-24'],
    ['until', '2026-12-01', '2026-12-24T00:00:00Z'],
    ['until', '2026-02-30', '2026-12-24'],
    ['until', '2026-13-01', '2027-12-24'],
    ['until', '2026-12-01T00:00:00', '2026-12-24T00:00:00Z'],
    ['until', '2026-12-01T00:00:00.0001Z', '2026-12-24T00:00:00Z'],
    ['until', 'Dec 1 2026', 'Dec 24 2026'],
    ['until', 1, 2],
    ['until', null, '2026-12-24'],
    ['from', '2026-12-23', '2026-12-24'],
    ['from', '2026-12-24T11:59:59+01:00', '2026-12-24T11:00:00Z'],
    ['folder', '/Reports 2026 /May', '/Reports 2026'],
    ['folder', '/Reports 2026/ May', '/Reports 2026'],
  ])('%s: %p is not inside %p', async (member, asked, held) => {
    expect(await inside(member, asked, held)).toBe('details_exceeded');
  });
});

describe('how the person signed in (RFC 9470)', () => {
  const strong = { acr: 'urn:example:mfa', auth_time: now() - 30 };

  test.each<[string, Claims, Requirement, string]>([
    ['strong enough and recent', strong, { acrValues: ['urn:example:mfa'], maxAge: 60 }, 'granted'],
    ['too weak', { ...strong, acr: 'urn:example:pwd' }, { acrValues: ['urn:example:mfa'] }, 'authentication_too_weak'],
    ['no acr', { auth_time: now() }, { acrValues: ['urn:example:mfa'] }, 'authentication_too_weak'],
    ['too long ago', { ...strong, auth_time: now() - 90 }, { maxAge: 60 }, 'authentication_too_old'],
    ['no auth_time', { acr: 'urn:example:mfa' }, { maxAge: 60 }, 'authentication_too_old'],
  ])('%s', async (_, claims, requirement, expected) => {
    const decision = await decide(claims, requirement);
    if (expected === 'granted') return expect(seen(decision)).toBe(expected);
    expect(seen(decision)).toBe(`401 insufficient_user_authentication ${expected}`);
  });

  test('challenge and remedy say what the person must do', async () => {
    const decision = await decide({}, { acrValues: ['urn:example:mfa', 'urn:example:hwk'], maxAge: 60 });
    if (decision.granted) throw new Error('granted');
    expect(headerOf(decision, 'www-authenticate')[0]).toMatch(
      /error="insufficient_user_authentication".*acr_values="urn:example:mfa urn:example:hwk", max_age="60"/,
    );
    expect(JSON.parse(decision.answer.body).denial.remedies).toEqual([
      { kind: 'step_up', acr_values: 'urn:example:mfa urn:example:hwk', max_age: 60 },
    ]);
  });
});

describe('authorization details, by the rules of the type (RFC 9396 §2)', () => {
  const held = { type: 'payment', amount: 100, creditor: { name: 'Ada', iban: 'DE1' } };
  const asked = { ...held, creditor: { iban: 'DE1', name: 'Ada' } };
  const other = { type: 'payment', amount: 50, creditor: 'Eve' };

  test.each<[string, readonly object[], readonly object[], boolean]>([
    ['the same in another order of members', [held], [asked], true],
    ['less', [held], [{ ...asked, amount: 99 }], true],
    ['more', [held], [{ ...asked, amount: 101 }], false],
    ['an amount as text', [held], [{ ...asked, amount: '1' }], false],
    ['an amount that is no number', [held], [{ ...asked, amount: Number.NaN }], false],
    ['another creditor', [held], [{ ...asked, creditor: { name: 'Eve', iban: 'DE1' } }], false],
    ['a creditor with more members', [held], [{ ...asked, creditor: { ...held.creditor, x: 1 } }], false],
    ['a member that the token does not state', [held], [{ ...asked, urgent: true }], false],
    ['such a member that is unlimited', [held], [{ ...asked, note: 'x' }], true],
    ['a member of the token that the call does not state', [held], [{ type: 'payment', amount: 1 }], false],
    ['another type', [held], [{ ...asked, type: 'transfer' }], false],
    ['a type without rules is compared exactly', [{ type: 'x', a: 1 }], [{ type: 'x', a: 0 }], false],
    ['two inside one', [held], [asked, asked], false],
    ['two inside two', [held, other], [other, asked], true],
    ['one of two', [held, other], [other], true],
    ['nothing in the token', [], [asked], false],
    ['nothing asked', [held], [], true],
    [
      'a part of a list',
      [{ type: 'payment', currencies: ['EUR', 'USD'] }],
      [{ type: 'payment', currencies: ['USD'] }],
      true,
    ],
    ['an empty list', [{ type: 'payment', currencies: ['EUR'] }], [{ type: 'payment', currencies: [] }], false],
    [
      'more of a list',
      [{ type: 'payment', currencies: ['EUR'] }],
      [{ type: 'payment', currencies: ['EUR', 'USD'] }],
      false,
    ],
    ['at least', [{ type: 'payment', minimum: 5 }], [{ type: 'payment', minimum: 6 }], true],
    ['below the least', [{ type: 'payment', minimum: 5 }], [{ type: 'payment', minimum: 4 }], false],
    ['a folder below', [{ type: 'payment', folder: '/a' }], [{ type: 'payment', folder: '/a/b' }], true],
    [
      'a folder that only begins alike',
      [{ type: 'payment', folder: '/a' }],
      [{ type: 'payment', folder: '/ab' }],
      false,
    ],
    ['a way out of a folder', [{ type: 'payment', folder: '/a' }], [{ type: 'payment', folder: '/a/../b' }], false],
    ['an encoded way out', [{ type: 'payment', folder: '/a' }], [{ type: 'payment', folder: '/a/%2e%2e/b' }], false],
    ['a member of the prototype', [held], [{ ...asked, constructor: 1 }], false],
  ])('%s', async (_, token, details, isInside) => {
    const decision = await decide({ authorization_details: token }, { details: details as never });
    expect(seen(decision)).toBe(isInside ? 'granted' : '403 insufficient_scope details_exceeded');
  });
});

describe('the token of an approval: for the approved action, once', () => {
  const payment = { type: 'payment', amount: 100, creditor: 'Ada' };
  const approved = () => ({
    authorization_details: [payment],
    approval: { id: `apv_${crypto.randomUUID()}`, digest: 'x'.repeat(43) },
  });
  const secret = { introspection: { clientId: 'rs_1', clientSecret: 'x' } };
  const newServer = (more: object = {}) => resourceServer({ issuer: issuer.url, resource: RESOURCE, ...more });

  test('is accepted for the same details in any order of members, and never again', async () => {
    const server = newServer();
    const token = await issuer.token(approved());
    const details = [{ creditor: 'Ada', amount: 100, type: 'payment' }];
    const decisions = await Promise.all(Array.from({ length: 8 }, () => ask(server, token, { details })));
    expect(decisions.map(seen).sort()).toEqual([...Array(7).fill('401 invalid_token approval_used'), 'granted']);
  });

  test.each([
    ['a smaller amount', [{ ...payment, amount: 99 }]],
    ['another creditor', [{ ...payment, creditor: 'Eve' }]],
    ['two payments', [payment, payment]],
    ['no details, as on a route that does not say what it does', []],
  ])('is refused for %s, which uses nothing up', async (_, details) => {
    const server = newServer();
    const token = await issuer.token(approved());
    expect(seen(await ask(server, token, { details }))).toBe('403 insufficient_scope action_other');
    expect(seen(await ask(server, token))).toBe('403 insufficient_scope action_other');
    expect(seen(await ask(server, token, { details: [payment] }))).toBe('granted');
  });

  test('is not used up by a request that is refused for another reason', async () => {
    const server = newServer();
    const token = await issuer.token(approved());
    const requirement = { details: [payment] };
    expect(seen(await ask(server, token, { ...requirement, scopes: ['admin'] }))).toMatch(/scope_missing/);
    expect(seen(await ask(server, token, requirement))).toBe('granted');
  });

  test('of scopes alone is used once on any route', async () => {
    const server = newServer();
    const token = await issuer.token({ approval: { id: 'apv_scopes', digest: 'x' } });
    expect([seen(await ask(server, token)), seen(await ask(server, token))]).toEqual([
      'granted',
      '401 invalid_token approval_used',
    ]);
  });

  test("approval 'required': another token is refused", async () => {
    const decision = await decide({ authorization_details: [payment] }, { details: [payment], approval: 'required' });
    expect(seen(decision)).toBe('403 insufficient_scope approval_required');
  });

  test('with a credential the server keeps the use, so that two processes accept it once', async () => {
    const [one, other] = [newServer(secret), newServer(secret)];
    const token = await issuer.token(approved());
    const decisions = await Promise.all([one, other].map((server) => ask(server, token, { details: [payment] })));
    expect(decisions.map(seen).sort()).toEqual(['401 invalid_token approval_used', 'granted']);
  });

  test('the use is authenticated by a new assertion in Authorization, for an API with a key', async () => {
    const pair = await newPair('ES256', 'rs-key');
    const privateKey = { ...(await exportJWK(pair.privateKey)), alg: 'ES256', kid: 'rs-key' };
    const server = newServer({ introspection: { clientId: 'rs_1', privateKey } });
    expect(seen(await ask(server, await issuer.token(approved()), { details: [payment] }))).toBe('granted');
    const sent = issuer.requests.findLast(({ path }) => path === '/approval-uses');
    const [scheme, assertion] = String(sent?.authorization).split(' ');
    const { payload } = await jwtVerify(String(assertion), pair.jwk, { issuer: 'rs_1', audience: issuer.url });
    expect([scheme, payload.sub]).toEqual(['Bearer', 'rs_1']);
  });

  test('the id of the call is its own: a repetition with the same id is no second use', async () => {
    const [one, other] = [newServer(secret), newServer(secret)];
    const token = await issuer.token(approved());
    const requirement = { details: [payment], call: 'payment-1' };
    expect(seen(await ask(one, token, requirement))).toBe('granted');
    expect(seen(await ask(other, token, requirement))).toBe('401 invalid_token approval_used');
  });

  test('is not accepted while the server that keeps the use is down, and not used up either', async () => {
    const clock = handClock();
    const server = newServer({ ...secret, jwksUri: `${issuer.url}/jwks`, clock: clock.now });
    await ask(server, await issuer.token());
    const token = await issuer.token(approved());
    issuer.state.isDown = true;
    try {
      expect(seen(await ask(server, token, { details: [payment] }))).toBe(
        '503 temporarily_unavailable server_unreachable',
      );
    } finally {
      issuer.state.isDown = false;
    }
    // A failed fetch is not repeated sooner.
    clock.forward(1);
    expect(seen(await ask(server, token, { details: [payment] }))).toBe('granted');
  });
});

describe('a requirement that is found after the token is verified', () => {
  const guard = () => resourceServer({ issuer: issuer.url, resource: RESOURCE });
  const asked = (token: string) => ({
    method: 'GET',
    target: '/api/notes',
    headers: [['authorization', `Bearer ${token}`]] as const,
  });

  test('is asked for with the access, and checked', async () => {
    const found = async ({ subject }: { subject: string }) => ({
      scopes: subject === 'acc_ada' ? ['notes.delete'] : [],
    });
    expect(seen(await guard().check(asked(await issuer.token()), found))).toBe('403 insufficient_scope scope_missing');
    expect(seen(await guard().check(asked(await issuer.token({ sub: 'acc_bob' })), found))).toBe('granted');
  });

  test('is not asked for without a valid token', async () => {
    let calls = 0;
    const found = () => {
      calls += 1;
      return {};
    };
    expect(seen(await guard().check(asked(await issuer.token({ exp: now() - 60 })), found))).toMatch(
      /^401 invalid_token/,
    );
    expect(calls).toBe(0);
  });

  test('refuses by a Refusal, and rejects for any other error and for a malformed requirement', async () => {
    const token = await issuer.token();
    const refusing = () => {
      throw new Refusal('insufficient_scope', { reason: 'closed', description: 'The API is closed.' });
    };
    expect(seen(await guard().check(asked(token), refusing))).toBe('403 insufficient_scope closed');
    const failing = () => Promise.reject(new Error('no luck'));
    await expect(guard().check(asked(token), failing)).rejects.toThrow('no luck');
    await expect(guard().check(asked(token), () => ({ scope: 'x' }) as never)).rejects.toThrow('requirement.scope');
  });

  test('is checked anew when the API changed it, and once when it cannot change', async () => {
    const token = await issuer.token();
    const changing: Record<string, unknown> = { scopes: ['notes.read'] };
    const [own] = [guard()];
    expect((await own.check(asked(token), changing as never)).granted).toBe(true);
    changing['scope'] = 'notes.admin';
    await expect(own.check(asked(token), changing as never)).rejects.toThrow('requirement.scope');
    const scopes = ['notes.read'];
    const half = Object.freeze({ scopes });
    expect((await own.check(asked(token), half)).granted).toBe(true);
    scopes[0] = 'not a scope';
    await expect(own.check(asked(token), half)).rejects.toThrow('requirement.scopes');
    const fixed = Object.freeze({ scopes: Object.freeze(['notes.read']) });
    for (let turn = 0; turn < 2; turn += 1) expect((await own.check(asked(token), fixed)).granted).toBe(true);
  });
});
