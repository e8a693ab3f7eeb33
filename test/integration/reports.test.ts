/** Reports of resource servers: what is recorded, once, as their statement; and what is refused, one by one or whole. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Answer } from '../support/oauth-calls.ts';
import { credentialOf, PATH, reportOf, resultsOf, sendReports } from '../support/reports.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type ResourceServerFacts, type Scene } from '../support/scene.ts';

const PER_DAY = 700;
const DIGEST = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA';
const now = (): number => Math.floor(Date.now() / 1000);

let server: RunningServer;
let scene: Scene;
/** Of the agent for the person, at the calendar; and its own at the calendar and the files service. */
let delegated: string;
let own: string;
let elsewhere: string;
/** The id of the last. */
let jtiElsewhere: string;

const permit = async ({ id }: ResourceServerFacts, permissions: readonly string[]): Promise<void> => {
  const path = `/resource-servers/${id}`;
  const etag = String((await scene.management.call('GET', path)).headers.get('etag'));
  const { status } = await scene.management.call('PATCH', path, { permissions }, { 'if-match': etag });
  if (status !== 200) throw new Error(`permit: ${status}`);
};

const newToken = async (at: ResourceServerFacts): Promise<string> => {
  const asked = { grant_type: 'client_credentials', resource: at.identifier, scope: 'read' };
  return String((await scene.calls.token(scene.keyed(scene.agent), asked)).body['access_token']);
};

beforeAll(async () => {
  server = await runServer({ environment: { BEHALF__AUDIT__REPORTEVENTSPERDAY: String(PER_DAY) } });
  scene = await makeScene(server);
  const { access_token: subjectToken } = await scene.newTokens(scene.opaque.identifier);
  await scene.consentToAgent(scene.agent, String(subjectToken), scene.jwt.identifier);
  const { body } = await scene.calls.exchange(scene.keyed(scene.agent), String(subjectToken), scene.jwt.identifier);
  delegated = String(body['access_token']);
  own = await newToken(scene.jwt);
  elsewhere = await newToken(scene.opaque);
  jtiElsewhere = String((await scene.calls.introspect(scene.opaque.credential, elsewhere)).body['jti']);
  await permit(scene.jwt, ['reports:write']);
});
afterEach(() => {
  server.faults.failingWrites = new Set();
});
afterAll(() => server?.close());

const send = (body: unknown, by = scene.jwt): Promise<Answer> =>
  sendReports(server.issuer, credentialOf(by), typeof body === 'string' ? body : JSON.stringify(body));
const report = async (...reports: readonly unknown[]) => resultsOf(await send({ reports }));
const statedBy = async (id: string) =>
  (await server.events('report.stated')).filter(({ target }) => target?.id === `${scene.jwt.id}:${id}`);

describe('a report', () => {
  test('is an event that its resource server states, with what this server recorded of the token', async () => {
    const claims = decodeJwt(delegated);
    const one = reportOf(delegated, { txn: claims['txn'], resource: 'events/42', before: DIGEST, after: DIGEST });
    expect(await report(one)).toEqual([{ id: one.id, status: 'recorded' }]);
    expect(await statedBy(one.id)).toEqual([
      expect.objectContaining({
        type: 'report.stated',
        outcome: 'done',
        caller: scene.jwt.id,
        resource: scene.jwt.identifier,
        subject: scene.accountId,
        agent: scene.agent.clientId,
        delegation: claims['delegation'],
        txn: claims['txn'],
        token: expect.objectContaining({ id: claims.jti, format: 'jwt' }),
        inputs: { tool: 'calendar.create', outcome: 'done', before: DIGEST, after: DIGEST, time: one.time },
        personal: { reported: expect.any(String) },
      }),
    ]);
  });

  test('is recorded once, however often and in any order of members it comes', async () => {
    const one = reportOf(own);
    const turned = Object.fromEntries(Object.entries(one).toReversed());
    const all = await Promise.all([report(one), report(turned), report(one)]);
    expect(await report(one)).toEqual([{ id: one.id, status: 'known' }]);
    expect(all.flat().filter(({ status }) => status === 'recorded')).toHaveLength(1);
    expect(await statedBy(one.id)).toHaveLength(1);
  });

  test('about an opaque token has the jti of its introspection', async () => {
    await permit(scene.opaque, ['reports:write']);
    const one = reportOf(own, { jti: jtiElsewhere });
    expect(resultsOf(await send({ reports: [one] }, scene.opaque))).toEqual([{ id: one.id, status: 'recorded' }]);
    await permit(scene.opaque, []);
  });

  test('ends nothing, also when it states a refusal', async () => {
    const token = await newToken(scene.jwt);
    await report(reportOf(token, { outcome: 'refused' }));
    const { body } = await scene.calls.introspect(scene.jwt.credential, token);
    expect(body['active']).toBe(true);
  });

  test('of a token that has ended is recorded: the call was before', async () => {
    const token = await newToken(scene.jwt);
    await scene.calls.revoke(scene.keyed(scene.agent), token);
    expect(await report(reportOf(token))).toEqual([expect.objectContaining({ status: 'recorded' })]);
  });

  test('is found by its token, its transaction and its resource server', async () => {
    const one = reportOf(await newToken(scene.jwt));
    await report(one);
    for (const query of [`token_id=${one.jti}`, `id=${scene.jwt.id}&type=report.stated`, `caller=${scene.jwt.id}`]) {
      const { items } = (await scene.management.call('GET', `/audit/events?${query}`)).body as unknown as {
        readonly items: readonly { readonly event: { readonly target?: { readonly id: string } } }[];
      };
      expect(items.map(({ event }) => event.target?.id)).toContain(`${scene.jwt.id}:${one.id}`);
    }
  });

  test('is durable before the answer: without the audit log there is no answer, and the same reports are sent again', async () => {
    const one = reportOf(own);
    server.faults.failingWrites = new Set(['audit_records']);
    const answer = await send({ reports: [one] });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, expect.any(String)]);
    server.faults.failingWrites = new Set();
    // The claim of the failed request is still held: its write may have taken effect.
    expect(await report(one)).toEqual([{ id: one.id, status: 'later' }]);
    expect(await statedBy(one.id)).toEqual([]);
  });
});

describe('one report is refused, and the others are taken', () => {
  test.each<[string, string, (token: string) => object]>([
    ['another resource server’s token', 'report_token_unknown', () => reportOf(own, { jti: jtiElsewhere })],
    ['a token that never was', 'report_token_unknown', () => reportOf(own, { jti: `tok_${'a'.repeat(26)}` })],
    ['the id of another event', 'report_token_unknown', () => reportOf(own, { jti: scene.agent.clientId })],
    ['a forged transaction', 'report_transaction_other', () => reportOf(own, { txn: `txn_${'a'.repeat(26)}` })],
    ['a time more than a day ago', 'report_late', () => reportOf(own, { time: now() - 86_405 })],
    ['a time ahead', 'report_ahead', () => reportOf(own, { time: now() + 120 })],
    ['a time with a fraction', 'report_time_malformed', () => reportOf(own, { time: 1.5 })],
    ['content', 'report_member_unknown', () => reportOf(own, { content: 'Dear Ada' })],
    [
      'a member of the prototype',
      'report_member_unknown',
      () => JSON.parse('{"id":"0123456789abcdef","__proto__":{}}'),
    ],
    ['a short id', 'report_id_malformed', () => reportOf(own, { id: 'short' })],
    ['an id of another form', 'report_id_malformed', () => reportOf(own, { id: 'rs_1:0123456789abcdef' })],
    ['both a tool and a route', 'report_action_malformed', () => reportOf(own, { route: 'GET /events' })],
    ['neither tool nor route', 'report_action_malformed', () => reportOf(own, { tool: undefined })],
    ['a control character', 'report_text_malformed', () => reportOf(own, { tool: 'a\u0000b' })],
    ['a nested value', 'report_text_malformed', () => reportOf(own, { resource: { events: [[[]]] } })],
    ['an outcome of its own', 'report_outcome_unknown', () => reportOf(own, { outcome: 'toString' })],
    ['a digest of another form', 'report_digest_malformed', () => reportOf(own, { before: 'abc' })],
    ['a list', 'report_not_object', () => []],
    ['more than 4 KiB', 'report_too_large', () => reportOf(own, { resource: '€'.repeat(1500) })],
  ])('%s', async (_, reason, make) => {
    const good = reportOf(own);
    const [first, second] = await report(make(own), good);
    expect(first).toMatchObject({ status: 'refused', reason, detail: expect.any(String) });
    expect(first?.errors?.[0]?.pointer).toMatch(/^\/reports\/0/);
    expect(second).toEqual({ id: good.id, status: 'recorded' });
    expect((await server.events('report.refused')).at(-1)).toMatchObject({
      outcome: 'refused',
      caller: scene.jwt.id,
      count: 1,
      inputs: { reasons: { [reason]: 1 } },
    });
  });

  test('the same id twice in a request, and for another report later', async () => {
    const one = reportOf(own);
    const answers = await report(one, { ...one, tool: 'calendar.delete' });
    expect(answers.map(({ status, reason }) => reason ?? status)).toEqual(['recorded', 'report_id_repeated']);
    const [later] = await report({ ...one, tool: 'calendar.delete' });
    expect(later).toMatchObject({ status: 'refused', reason: 'report_id_used' });
    expect(await statedBy(one.id)).toHaveLength(1);
  });

  test('a replay by another resource server, which has no token of it', async () => {
    const one = reportOf(own);
    await report(one);
    await permit(scene.opaque, ['reports:write']);
    const [replayed] = resultsOf(await send({ reports: [one] }, scene.opaque));
    expect(replayed).toMatchObject({ status: 'refused', reason: 'report_token_unknown' });
    await permit(scene.opaque, []);
  });
});

describe('the whole request is refused', () => {
  const refused = async (answer: Answer, status: number, reason?: string): Promise<void> => {
    expect([answer.status, answer.body['reason']]).toEqual([status, reason]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await server.events('report.stated')).toHaveLength(before);
  };
  let before: number;
  beforeAll(async () => {
    before = (await server.events('report.stated')).length;
  });

  test.each<[string, (one: object) => string]>([
    ['501 reports', (one) => JSON.stringify({ reports: Array.from({ length: 501 }, () => one) })],
    ['no report', () => JSON.stringify({ reports: [] })],
    ['no list', (one) => JSON.stringify({ reports: one })],
    ['another member', (one) => JSON.stringify({ reports: [one], more: 1 })],
  ])('%s', async (_, make) => {
    const answer = await send(make(reportOf(own)));
    await refused(answer, 400, 'reports_malformed');
    expect(answer.body['errors']).toEqual([{ pointer: '/reports', detail: expect.any(String) }]);
    expect((await server.events('decision.refused')).at(-1)).toMatchObject({
      caller: scene.jwt.id,
      error: 'invalid_field',
    });
  });

  test('a doubled member, text that is not UTF-8, and JSON that is nested too deep', async () => {
    const text = JSON.stringify({ reports: [reportOf(own)] });
    await refused(await send(text.replace('"tool"', '"tool":"x","tool"')), 400, 'json_member_repeated');
    await refused(await send(`${'[{"a":'.repeat(40)}1${'}]'.repeat(40)}`), 400, 'json_too_deep');
    const bytes = Buffer.concat([Buffer.from('{"reports":["'), Buffer.from([0xff]), Buffer.from('"]}')]);
    await refused(await sendReports(server.issuer, credentialOf(scene.jwt), bytes), 400, 'json_not_utf8');
  });

  test('more than 1 MiB, and a body that is no JSON', async () => {
    const answer = await send(JSON.stringify({ reports: ['x'.repeat(1_048_576)] }));
    await refused(answer, 413);
    const headers = { 'content-type': 'text/plain' };
    await refused(await sendReports(server.issuer, credentialOf(scene.jwt), '{}', headers), 415);
  });

  test('of a resource server without the permission', async () => {
    const answer = await send({ reports: [reportOf(own, { jti: jtiElsewhere })] }, scene.opaque);
    await refused(answer, 403, 'reports_not_permitted');
    expect((await server.events('decision.refused')).at(-1)).toMatchObject({
      caller: scene.opaque.id,
      error: 'forbidden',
    });
  });

  test('of a caller that does not authenticate, or with a token', async () => {
    const body = JSON.stringify({ reports: [reportOf(own)] });
    for (const authorization of [
      '',
      `Bearer ${own}`,
      credentialOf({ credential: { ...scene.jwt.credential, secret: 'x' } as never }),
    ]) {
      const answer = await sendReports(server.issuer, authorization, body);
      await refused(answer, 401, 'resource_server_not_authenticated');
      expect(answer.headers.get('www-authenticate')).toContain('Basic');
    }
  });

  test('by another method', async () => {
    const answer = await fetch(`${server.issuer}${PATH}`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('beyond the budget of a day', () => {
  test('500 reports are taken at once; further ones are a number and a digest, once', async () => {
    const [taken, beyond] = [1, 2].map(() => Array.from({ length: 500 }, () => reportOf(own)));
    const first = await report(...(taken ?? []));
    expect(first.map(({ status }) => status)).toEqual(Array.from({ length: 500 }, () => 'recorded'));
    const second = await report(...(beyond ?? []));
    const recorded = second.filter(({ status }) => status === 'recorded').length;
    expect(second.filter(({ status }) => status === 'counted')).toHaveLength(500 - recorded);
    expect(recorded).toBeLessThan(PER_DAY - 500);
    const leftOut = await server.events('report.left_out');
    expect(leftOut).toEqual([
      expect.objectContaining({
        caller: scene.jwt.id,
        count: 500 - recorded,
        since: expect.any(Number),
        inputs: { digest: expect.stringMatching(/^[\w-]{43}$/) },
      }),
    ]);
    const again = await report(...(beyond ?? []));
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set(['known', 'counted']));
    expect(await server.events('report.left_out')).toHaveLength(1);
  });

  test('an id that was only counted is free: the report may come again tomorrow', async () => {
    const id = randomUUID();
    expect(await report(reportOf(own, { id }))).toEqual([{ id, status: 'counted' }]);
    expect(await report(reportOf(own, { id, tool: 'another' }))).toEqual([{ id, status: 'counted' }]);
    expect(await statedBy(id)).toEqual([]);
  });
});
