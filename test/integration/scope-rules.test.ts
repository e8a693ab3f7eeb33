/** SC-03, SC-06, SC-08 and SC-09 on a whole server: what a scope is good for, and what a policy cannot do. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startClock, stopClock } from '../support/stopped-clock.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';

let server: RunningServer;
let family: TokenFamily;
let audit: AuditWatch;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: { ...WITHOUT_LIMITS, ...COUNT_EACH_SECOND } });
  family = await newTokenFamily(await makeScene(server));
  audit = auditWatch(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

describe('SC-03 a refresh never widens', () => {
  test.each([
    ['a scope that was not granted', () => ({ resource: family.calendar.identifier, scope: 'read delete' })],
    ['a resource that was not granted', () => ({ resource: `${family.issuer}/elsewhere` })],
    ['two resources', () => ({ resource: [family.calendar.identifier, family.files.identifier] })],
  ])('SC-03 %s is refused, and the same refresh token goes on working', async (_, wider) => {
    const before = family.held.sibling;
    const { resource, ...more } = wider() as { resource: string; scope?: string };
    const { result, events } = await audit.during(() => family.refresh('sibling', resource, more));
    expect(result.status).toBe(400);
    expect(['invalid_scope', 'invalid_target']).toContain(result.body['error']);
    expect(events.at(-1)).toMatchObject({ type: 'token.refused' });
    expect(family.held.sibling).toBe(before);
    const honest = await family.refresh('sibling', family.calendar.identifier);
    expect([honest.status, String(honest.body['scope']).split(' ').sort()]).toEqual([200, ['read', 'write']]);
  });
});

describe('SC-09 a token is for one resource server', () => {
  test('SC-09 it names one audience, and no other resource server, nor this server’s own API, accepts it', async () => {
    const token = family.tokens.agentCalendar;
    expect(decodeJwt(token).aud).toBe(family.calendar.identifier);
    expect((await family.calls.introspect(family.calendar.credential, token)).body['active']).toBe(true);
    expect((await family.calls.introspect(family.files.credential, token)).body).toEqual({ active: false });
    const { status } = await fetch(`${family.issuer}/api/v1/agents`, { headers: { authorization: `Bearer ${token}` } });
    expect(status).toBe(401);
  });
});

const put = async (text: string): Promise<number> => {
  const made = await family.management.call('POST', '/policy-sets', { text });
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
  const etag = String(made.headers.get('etag'));
  const active = await family.management.call(
    'POST',
    `/policy-sets/${made.body['id']}/activation`,
    {},
    { 'if-match': etag },
  );
  expect([active.status, active.text]).toEqual([200, expect.any(String)]);
  return Number(made.body['version']);
};

const back = async (version: number): Promise<void> => {
  const read = await family.management.call('GET', `/policy-sets/${version}`);
  await family.management.call(
    'POST',
    `/policy-sets/${read.body['id']}/activation`,
    {},
    {
      'if-match': String(read.headers.get('etag')),
    },
  );
};

const everything = '@id("all") permit (principal, action, resource);';
const exchange = (scope?: string): Promise<Answer> =>
  family.exchange(family.agent, family.tokens.appCalendar, family.calendar.identifier, scope ? { scope } : {});

describe('SC-08 a policy only narrows', () => {
  test('SC-08 one that permits everything gives no client what the other layers do not', async () => {
    await put(everything);
    const { result } = await audit.during(() => exchange('delete'));
    expect([result.status, result.body['error']]).toEqual([400, 'invalid_scope']);
    const stranger = await family.newAgent('Stranger', family.ownerId);
    const refused = await family.exchange(stranger, family.tokens.appCalendar, family.calendar.identifier);
    expect([refused.status, refused.body['error']]).toEqual([400, 'consent_required']);
    const own = await family.exchange(family.agent, family.tokens.appApi, family.api.identifier);
    expect(own.status).toBe(400);
    await back(1);
  });

  test('SC-08 a user who may not write policies does not, with any permit', async () => {
    await put(everything);
    const { status } = await fetch(`${family.issuer}/api/v1/policy-sets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${family.tokens.appApi}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text: everything }),
    });
    expect(status).toBe(403);
    await back(1);
  });
});

describe('SC-06 a change of policy', () => {
  test('SC-06 counts with the next token; what is out ends at its next use, and both name their version', async () => {
    const before = await exchange('read');
    const token = String(before.body['access_token']);
    expect(decodeJwt(token)['policy']).toBe(1);
    const version = await put(
      `${everything} @id("no-read") @reason("No agent reads.") forbid (principal is Agent, action == Action::"act", resource) when { resource.name == "read" };`,
    );
    const { result, events } = await audit.during(() => exchange('read'));
    expect(result.body).toMatchObject({
      error: 'access_denied',
      error_description: 'No agent reads.',
      denial: { layer: 'policy', reason: 'policy_forbids', remedies: [{ kind: 'narrow', scope: 'write' }] },
    });
    expect(events.at(-1)).toMatchObject({ type: 'token.refused', policy: version, decision: expect.any(String) });
    expect((await family.calls.introspect(family.calendar.credential, token)).body).toEqual({ active: false });
    const other = await exchange('write');
    expect(decodeJwt(String(other.body['access_token']))['policy']).toBe(version);
    await back(1);
    expect((await exchange('read')).status).toBe(200);
  });

  test('an obligation on uses stands in the token, at introspection and in what is exchanged from it', async () => {
    await put('@id("once") @max_uses("3") permit (principal, action, resource);');
    const first = await exchange('read');
    const token = String(first.body['access_token']);
    expect(decodeJwt(token)['max_uses']).toBe(3);
    // A receipt compares it with the calls (docs/how-to/transactions.md).
    expect((await server.events('token.issued')).at(-1)?.token).toMatchObject({ maxUses: 3 });
    expect((await family.calls.introspect(family.calendar.credential, token)).body['max_uses']).toBe(3);
    await back(1);
    const again = await family.exchange(family.agent, token, family.calendar.identifier);
    expect(decodeJwt(String(again.body['access_token']))['max_uses']).toBe(3);
  });

  test('SC-06 requests under way while sets change name one version, and hold what that version gives', async () => {
    const narrow = await put(
      `${everything} @id("no-write") forbid (principal is Agent, action == Action::"act", resource) when { resource.name == "write" };`,
    );
    const answers: Promise<Answer>[] = [];
    for (let round = 0; round < 6; round += 1) {
      const moved = back(round % 2 === 0 ? 1 : narrow);
      answers.push(...Array.from({ length: 8 }, () => exchange()));
      await moved;
    }
    for (const { body } of await Promise.all(answers)) {
      const { policy, scope } = decodeJwt(String(body['access_token'])) as { policy: number; scope: string };
      expect([policy, scope]).toEqual(policy === 1 ? [1, 'read write'] : [narrow, 'read']);
    }
    await back(1);
  });
});
