/** RFC 8693 over HTTP against the whole server: what is given, what is refused, and what the audit log says of both. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import type { AuditWatch } from '../support/audit-watch.ts';
import { denialOf, exchangeWorld, MAX_DEPTH, tokenOf } from '../support/exchange-world.ts';
import { ACCESS_TOKEN_TYPE, type Answer, EXCHANGE } from '../support/oauth-calls.ts';
import type { RunningServer } from '../support/running-server.ts';
import type { Scene } from '../support/scene.ts';
import { advance, now } from '../support/stopped-clock.ts';
import type { TokenFamily } from '../support/token-family.ts';

const world = exchangeWorld();
const { keyed, exchange, ofApp, refused, breakFamily } = world;

let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let family: TokenFamily;

beforeAll(async () => {
  ({ server, scene, audit } = await world.start());
});
afterAll(world.close);
beforeEach(async () => {
  family = await world.wholeFamily();
});

const scopesOf = (answer: Answer): readonly string[] => String(answer.body['scope']).split(' ').sort();

test('TX-17 a granted exchange: the token and its one event say the same (RFC 8693 §2.2.1, §4.1)', async () => {
  const { answer, event } = await audit.issued(() => ofApp({ scope: 'read' }));
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.body).toMatchObject({ issued_token_type: ACCESS_TOKEN_TYPE, token_type: 'Bearer', scope: 'read' });
  const claims = decodeJwt(tokenOf(answer));
  const parent = decodeJwt(family.tokens.appCalendar);
  expect(claims).toMatchObject({
    iss: server.issuer,
    aud: family.calendar.identifier,
    sub: family.accountId,
    client_id: family.agent.clientId,
    scope: 'read',
    act: { sub: family.agent.clientId, iss: server.issuer, sub_profile: 'ai_agent' },
    txn: parent['txn'],
    grant_id: parent['grant_id'],
  });
  expect(event).toMatchObject({
    outcome: 'granted',
    subject: family.accountId,
    caller: family.agent.clientId,
    agent: family.agent.clientId,
    owner: family.ownerId,
    grantType: EXCHANGE,
    resource: family.calendar.identifier,
    scopeAsked: ['read'],
    scopeGiven: ['read'],
    chain: claims['act'],
    txn: claims['txn'],
    grant: claims['grant_id'],
    delegation: claims['delegation'],
    token: { id: claims.jti, format: 'jwt', expiresAt: claims.exp, parent: parent.jti },
    inputs: { subjectToken: { received: 'as_resource_server' }, source: { kind: 'held' } },
  });
});

describe('TX-01 whose token', () => {
  test('an agent outside the audience of the token, though the user allowed it there', async () => {
    const stranger = await family.newAgent('Stranger', family.ownerId, { resource_servers: [] });
    const own = await family.authorize(stranger, 'openid read', [family.calendar.identifier]);
    await audit.issued(() => exchange(stranger, { subject_token: tokenOf(own) }));
    await refused(() => ofApp({}, stranger), {
      error: 'invalid_request',
      layer: 'subject_token',
      reason: 'subject_token_not_for_caller',
    });
  });
  test('an agent to which the delegation may not be re-delegated', async () => {
    const other = await family.newAgent('Other', family.ownerId);
    await refused(() => exchange(other, { subject_token: family.tokens.agentCalendar }), {
      error: 'access_denied',
      layer: 'delegation',
      reason: 'not_delegable_to_agent',
    });
  });
  test('a token without an audience, of another client', () =>
    refused(() => ofApp({ subject_token: family.tokens.signIn }), {
      error: 'invalid_request',
      layer: 'subject_token',
      reason: 'subject_token_not_for_caller',
    }));
  test('a person who allowed nothing: consent_required with a page on our origin, no other authority', async () => {
    const other = await family.newAgent('Unknown', family.ownerId);
    const { answer } = await refused(() => ofApp({}, other), {
      error: 'consent_required',
      layer: 'delegation',
      reason: 'consent_missing',
    });
    const [remedy] = denialOf(answer)['remedies'] as { kind: string; url: string }[];
    expect(remedy?.kind).toBe('consent');
    expect(remedy?.url.startsWith(`${server.issuer}/delegations/requests/`)).toBe(true);
  });
});

describe('TX-02 authority only shrinks', () => {
  test('absent scope is what the parent holds, not a default', async () => {
    const narrow = tokenOf((await audit.issued(() => ofApp({ scope: 'read' }))).answer);
    const { answer } = await audit.issued(() => exchange(family.agent, { subject_token: narrow }));
    expect(scopesOf(answer)).toEqual(['read']);
    await refused(() => exchange(family.agent, { subject_token: narrow, scope: 'write' }), {
      error: 'invalid_scope',
      layer: 'subject_token',
      reason: 'scope_not_available',
    });
  });
  test.each([
    ['a wildcard', '*'],
    ['another case', 'Read'],
    ['a scope of another resource server', 'agents:read'],
    ['a scope of OpenID Connect', 'openid'],
  ])('%s is not read as anything', (_what, scope) =>
    refused(() => ofApp({ scope }), {
      error: 'invalid_scope',
      layer: 'resource_server',
      reason: 'scope_not_available',
    }),
  );
  test('a look-alike letter is no scope at all (RFC 6749 §3.3)', async () => {
    const { answer } = await refused(() => ofApp({ scope: 'rеad' }), {
      error: 'invalid_scope',
      layer: 'grant',
      reason: 'scope_not_granted',
    });
    expect(answer.body['access_token']).toBeUndefined();
  });
  test('duplicates count once', async () => {
    const { answer } = await audit.issued(() => ofApp({ scope: 'read read write read' }));
    expect(scopesOf(answer)).toEqual(['read', 'write']);
  });
  test('at another resource: what the grant holds there, and only what was consented there (decision D4)', async () => {
    const { answer } = await audit.issued(() => ofApp({ resource: family.files.identifier }));
    expect(scopesOf(answer)).toEqual(['read', 'write']);
    await refused(
      () => exchange(family.agent, { subject_token: family.tokens.sibling, resource: family.files.identifier }),
      { error: 'consent_required', layer: 'delegation', reason: 'consent_missing' },
    );
  });
  test('a refresh reaches no resource and no scope that was not granted (RFC 8707 §2.2)', async () => {
    await refused(() => family.refresh('own', family.files.identifier), {
      error: 'invalid_target',
      layer: 'resource_server',
      reason: 'target_not_granted',
    });
    await refused(() => family.refresh('own', family.calendar.identifier, { scope: 'read agents:read' }), {
      error: 'invalid_scope',
      layer: 'grant',
      reason: 'scope_not_granted',
    });
    const { answer } = await audit.issued(() => family.refresh('own', family.calendar.identifier, { scope: 'read' }));
    expect(answer.body['scope']).toBe('read');
  });
  test('an agent holds nothing for itself at a resource where it acts for people, unless it was given that', async () => {
    const bare = await family.newAgent('Bare', family.ownerId, {
      redirect_uris: [],
      grant_types: ['client_credentials', EXCHANGE],
    });
    const { answer } = await refused(
      () =>
        scene.calls.token(keyed(bare), {
          grant_type: 'client_credentials',
          resource: family.calendar.identifier,
          scope: 'read',
        }),
      { error: 'invalid_scope', layer: 'agent', reason: 'scope_not_available' },
    );
    expect(answer.body['access_token']).toBeUndefined();
  });
  test('a resource server learns nothing of a token for another (RFC 7662 §4)', async () => {
    for (const token of [family.tokens.agentCalendar, family.tokens.appCalendar]) {
      expect((await scene.calls.introspect(family.files.credential, token)).body).toEqual({ active: false });
    }
    for (const token of [family.tokens.agentFiles, family.tokens.subFiles]) {
      expect((await scene.calls.introspect(family.calendar.credential, token)).body).toEqual({ active: false });
    }
    const seen = await scene.calls.introspect(family.files.credential, family.tokens.subFiles);
    expect(seen.body).toMatchObject({
      active: true,
      aud: family.files.identifier,
      sub: family.accountId,
      client_id: family.subAgent.clientId,
      act: { sub: family.subAgent.clientId, act: { sub: family.agent.clientId } },
    });
  });
});

test('TX-03 no exchange lives past its parent; a chain of them gains nothing', async () => {
  breakFamily();
  const fresh = tokenOf(await family.refresh('app', family.calendar.identifier));
  const end = Number(decodeJwt(fresh).exp);
  let last = fresh;
  let bound = end;
  for (let turn = 0; turn < 8; turn += 1) {
    const { answer } = await audit.issued(() => exchange(family.agent, { subject_token: last }));
    last = tokenOf(answer);
    const exp = Number(decodeJwt(last).exp);
    expect(exp).toBeLessThanOrEqual(bound);
    expect(answer.body['expires_in']).toBe(exp - now());
    bound = exp;
    advance(30_000);
  }
  advance((bound - now()) * 1000);
  // Seen before and found good: what is remembered of a signature does not outlive the token.
  expect((await scene.calls.introspect(family.calendar.credential, last)).body).toEqual({ active: false });
  await refused(() => exchange(family.agent, { subject_token: last }), {
    error: 'invalid_request',
    layer: 'subject_token',
    reason: 'subject_token_not_live',
  });
});

test('TX-03 no token of an agent outlives the delegation behind it', async () => {
  breakFamily();
  const { agent, accountId, calendar } = family;
  const own = () => family.refresh('own', calendar.identifier);
  const before = decodeJwt(tokenOf(await own()));
  const row = await server.behalf.services.delegations.consented(accountId, agent.clientId, calendar.identifier);
  await server.behalf.services.delegations.recordConsent({
    subject: accountId,
    actor: agent.clientId,
    resource: calendar.identifier,
    asked: ['read', 'write'],
    scope: ['read', 'write'],
    expiresAt: now() + 90,
    delegableTo: row?.delegableTo ?? { agents: [], depth: 0 },
    by: accountId,
  });
  const after = decodeJwt(tokenOf(await own()));
  expect(Number(before.exp) - now()).toBeGreaterThan(90);
  expect(after.exp).toBe(now() + 90);
  expect(decodeJwt(tokenOf(await ofApp())).exp).toBe(now() + 90);
  advance(90_000);
  await refused(own, { error: 'invalid_grant', layer: 'delegation', reason: 'delegation_ended' });
});

describe('TX-08 chains are bounded', () => {
  test(`depth ${MAX_DEPTH} is given, one more is invalid_request; a token stays below 8 KB`, async () => {
    breakFamily();
    const third = await family.newAgent('Third', family.ownerId);
    const own = await family.authorize(family.agent, 'openid read write', [family.calendar.identifier], {
      prompt: 'consent',
      walk: {
        ...family.allowing,
        consent: {
          check: (name, value) =>
            name === 'delegable_to' ? [family.subAgent, third].some((one) => one.clientId === value) : undefined,
          set: { delegable_depth: '2' },
        },
      },
    });
    const second = await family.exchanged(family.subAgent, tokenOf(own), family.calendar.identifier);
    const deepest = await family.exchanged(third, second, family.calendar.identifier);
    const chain = decodeJwt(deepest)['act'];
    expect(chain).toMatchObject({
      sub: third.clientId,
      act: { sub: family.subAgent.clientId, act: { sub: family.agent.clientId } },
    });
    expect(Buffer.byteLength(deepest)).toBeLessThan(8192);
    await refused(() => exchange(family.subAgent, { subject_token: deepest }), {
      error: 'invalid_request',
      layer: 'delegation',
      reason: 'chain_too_long',
    });
    // Once more by the same agent is no hop.
    await audit.issued(() => exchange(third, { subject_token: deepest }));
  });
  test('a foreign act nested as deep as fits is refused like anything foreign', async () => {
    let act = '{"sub":"a"}';
    while (act.length < 5800) act = `{"act":${act}}`;
    const parts = ['{"alg":"ES256","typ":"at+jwt"}', `{"iss":"${server.issuer}","act":${act}}`, 'signature'];
    const bomb = parts.map((part) => Buffer.from(part).toString('base64url')).join('.');
    await refused(() => ofApp({ subject_token: bomb }), {
      error: 'invalid_request',
      layer: 'subject_token',
      reason: 'subject_token_not_live',
    });
  });
});

test('TX-16 many exchanges of one token make one delegation, and one call ends them all', async () => {
  breakFamily();
  const { agent, accountId, calendar } = family;
  const before = (await scene.management.listDelegations(`?subject=${accountId}`)).body['items'] as object[];
  const children: string[] = [];
  for (let round = 0; round < 10; round += 1) {
    children.push(...(await Promise.all(Array.from({ length: 20 }, () => ofApp()))).map(tokenOf));
  }
  expect(new Set(children.map((token) => decodeJwt(token).jti)).size).toBe(200);
  const rows = (await scene.management.listDelegations(`?subject=${accountId}`)).body['items'] as object[];
  expect(rows.length).toBe(before.length);
  const row = String(decodeJwt(children[0] as string)['delegation']);
  const { events } = await audit.during(() => scene.management.revokeDelegation(row));
  expect(events.map(({ type }) => type)).toEqual(['delegation.revoked']);
  for (const token of children.filter((_, index) => index % 20 === 0)) {
    expect((await scene.calls.introspect(calendar.credential, token)).body).toEqual({ active: false });
  }
  await refused(() => ofApp({}, agent), { error: 'consent_required', layer: 'delegation', reason: 'consent_missing' });
});

test('TX-17 the audit log alone shows who acted for whom through what, without orphans', async () => {
  const lines = (await scene.management.exportAudit()).trimEnd().split('\n');
  const events = lines.flatMap((line) => (JSON.parse(line) as { event?: AuditEvent }).event ?? []);
  const issued = new Map(
    events.flatMap((event) => (event.type === 'token.issued' && event.token ? [[event.token.id, event] as const] : [])),
  );
  const rows = new Map<string, { parent: string | null; actor: string }>();
  for (const { type, delegation, agent, inputs } of events) {
    if (type !== 'delegation.created') continue;
    rows.set(String(delegation), { parent: (inputs as { parent: string | null }).parent, actor: String(agent) });
  }
  const actors = (chain: AuditEvent['chain']): string[] => (chain ? [chain.sub, ...actors(chain.act)] : []);
  let exchanged = 0;
  let deepest = 0;
  for (const event of issued.values()) {
    // Who stands in the chain is who stands in the rows above the token's own.
    const above: string[] = [];
    for (let id = event.delegation; id !== undefined; id = rows.get(id)?.parent ?? undefined) {
      const row = rows.get(id);
      expect({ id, row }).toEqual({ id, row: expect.anything() });
      above.push(String(row?.actor));
    }
    if (event.delegation !== undefined) expect(above).toEqual(actors(event.chain));
    if (event.grantType !== EXCHANGE) {
      expect(event.token?.parent).toBeUndefined();
      continue;
    }
    exchanged += 1;
    deepest = Math.max(deepest, above.length);
    const parent = issued.get(String(event.token?.parent));
    expect(parent).toMatchObject({ subject: event.subject, txn: event.txn, grant: event.grant });
    expect(event.token?.expiresAt).toBeLessThanOrEqual(Number(parent?.token?.expiresAt));
    // Up to the token that a person got at an app, or an agent at its own sign-in.
    let root = parent;
    for (; root?.token?.parent !== undefined; root = issued.get(root.token.parent));
    expect(root?.grantType).toMatch(/^(authorization_code|refresh_token)$/);
  }
  expect(exchanged).toBeGreaterThan(200);
  expect(deepest).toBe(MAX_DEPTH);
});
