/**
 * Transactions of several people: a token is for one of them. A scope that needs all of them is left only if every one
 * allows it, and the token then depends on the delegation of each.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import type { Delegation } from '../../src/domain/authority/delegation/delegation.ts';
import type { Identity } from '../support/agent-keys.ts';
import { newBrowser, type Person, walkAuthorization } from '../support/browser-flow.ts';
import { type Answer, type Credential, EXCHANGE, type Parameters } from '../support/oauth-calls.ts';
import { type FeedMessage, names, revocationReader } from '../support/revocation-reader.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { statusOf } from '../support/status-lists.ts';
import { until } from '../support/until.ts';

const ROOM = 'https://room.example.com';
const SCOPES = ['notes', 'publish', 'pay'] as const;
/** Those that need every participant. */
const OF_ALL: readonly string[] = ['publish', 'pay'];

let server: RunningServer;
let scene: Scene;
let room: { readonly id: string; readonly credential: Credential };
let bob: string;
let cleo: string;
/** Ada's token of the app. */
let subjectToken: string;
let bobsToken: string;
let agent: Identity;
let sub: Identity;

const tokenOf = async (person: Person): Promise<string> => {
  const request = scene.authorizationRequest(scene.app, { scope: 'openid notes publish pay', resource: ROOM });
  const left = await walkAuthorization(newBrowser(server.issuer), request.url, { person });
  const { status, text, body } = await scene.calls.token(scene.keyed(scene.app), {
    grant_type: 'authorization_code',
    code: scene.codeFrom(left),
    redirect_uri: String(request.parameters.redirect_uri),
    code_verifier: request.verifier,
    resource: ROOM,
  });
  expect([status, text]).toEqual([200, text]);
  return String(body['access_token']);
};

const changedAgent = async ({ clientId }: Identity, change: object): Promise<void> => {
  const path = `/agents/${clientId}`;
  const read = await scene.management.call('GET', path);
  const etag = { 'if-match': String(read.headers.get('etag')) };
  const { status, text } = await scene.management.call('PATCH', path, { ...change }, etag);
  expect([status, text]).toEqual([200, text]);
};

/** What a person allows the agent at the room; it may be re-delegated to the sub-agent. */
const allow = async (
  subject: string,
  scope: readonly string[],
  to: readonly string[] = [],
  via?: string,
): Promise<Delegation> => {
  const made = await server.behalf.services.delegations.recordConsent({
    ...{ subject, actor: agent.clientId, resource: ROOM, asked: [...SCOPES], scope, by: subject, via },
    ...{ expiresAt: Math.floor(Date.now() / 1000) + 3600, delegableTo: { agents: to, depth: to.length } },
  });
  if (!made) throw new Error('no delegation');
  return made;
};

const opened = async (participants: readonly string[] | undefined): Promise<string> => {
  const stated = { trigger: 'event', intent: 'Publish the minutes of the meeting', participants };
  const { status, text, body } = await scene.management.call('POST', '/transactions', stated, {}, agent);
  expect([status, text]).toEqual([201, text]);
  return String(body['id']);
};

const exchange = (
  transaction: string | undefined,
  { by = agent, subject = subjectToken, ...more }: { by?: Identity; subject?: string; scope?: string } = {},
): Promise<Answer> =>
  scene.calls.token(scene.keyed(by), {
    grant_type: EXCHANGE,
    subject_token: subject,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    resource: ROOM,
    ...(transaction === undefined ? {} : { transaction }),
    ...more,
  } as Parameters);

const granted = async (...asked: Parameters_<typeof exchange>): Promise<string> => {
  const { status, text, body } = await exchange(...asked);
  expect([status, text]).toEqual([200, text]);
  return String(body['access_token']);
};
type Parameters_<F extends (...given: never) => unknown> = F extends (...given: infer P) => unknown ? P : never;

const isActive = async (token: string): Promise<unknown> =>
  (await scene.calls.introspect(room.credential, token)).body['active'];
const scopeOf = (token: string): readonly string[] => String(decodeJwt(token)['scope']).split(' ');
const latest = async (type: AuditEventType) => (await server.events(type)).at(-1);
const denialOf = ({ body }: Answer) =>
  body['denial'] as { readonly layer?: string; readonly reason?: string } | undefined;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  const made = await scene.management.createResourceServer({
    identifier: ROOM,
    name: 'Meeting room',
    scopes: [
      { name: 'notes', description: 'Read the notes', risk: 'low' },
      { name: 'publish', description: 'Publish the minutes', risk: 'medium', participants: 'all' },
      { name: 'pay', description: 'Pay for the catering', risk: 'medium', participants: 'all' },
    ],
    access_token_format: 'jwt',
    status_list: true,
    introspection_auth_method: 'client_secret_basic',
  });
  room = { id: made.id, credential: { kind: 'basic', clientId: made.id, secret: String(made['client_secret']) } };
  const password = 'a long enough pass phrase';
  bob = (await scene.management.createAccount({ username: 'bob', name: 'Bob', password })).id;
  cleo = (await scene.management.createAccount({ username: 'cleo', name: 'Cleo', password })).id;
  subjectToken = await tokenOf(scene.person);
  bobsToken = await tokenOf({ username: 'bob', password });
});
beforeEach(async () => {
  agent = await scene.newAgent('Scribe');
  sub = await scene.newAgent('Printer');
  const authority = { [`${server.issuer}/api/v1`]: ['transactions:read', 'transactions:write'], [ROOM]: ['*'] };
  await changedAgent(agent, { authority, resource_servers: [scene.jwt.id, scene.opaque.id, room.id] });
  await changedAgent(sub, { authority: { [ROOM]: ['*'] }, resource_servers: [room.id] });
});
afterAll(() => server?.close());

describe('a transaction of several people', () => {
  test('names its participants, in its record and in the audit log', async () => {
    const id = await opened([bob, scene.accountId]);
    const { body } = await scene.management.call('GET', `/transactions/${id}`);
    expect(body['participants']).toEqual([bob, scene.accountId].sort());
    expect(await latest('transaction.opened')).toMatchObject({
      txn: id,
      inputs: { participants: [bob, scene.accountId].sort() },
    });
  });

  test.each([
    ['one alone', () => [scene.accountId]],
    ['one twice', () => [bob, bob]],
    ['something else', () => [bob, 'agt_anna']],
    ['twenty-one', () => Array.from({ length: 21 }, (_, index) => `acc_${index}`)],
  ])('is refused with %s', async (_, participants) => {
    const stated = { trigger: 'event', intent: 'Meet', participants: participants() };
    const { status, text } = await scene.management.call('POST', '/transactions', stated, {}, agent);
    expect([status, text]).toEqual([400, expect.stringContaining('/participants')]);
  });

  test('gives no token for a person who takes no part', async () => {
    await allow(scene.accountId, SCOPES);
    const id = await opened([bob, cleo]);
    const refused = await exchange(id);
    expect([refused.status, refused.body['error'], denialOf(refused)?.reason]).toEqual([
      400,
      'access_denied',
      'transaction_of_others',
    ]);
    expect(await latest('token.refused')).toMatchObject({ txn: id, denial: { reason: 'transaction_of_others' } });
  });
});

describe('a scope that needs all participants', () => {
  test('is left if each of them allows it, and the token lists the delegation of each', async () => {
    const own = await allow(scene.accountId, SCOPES);
    const bobs = await allow(bob, ['publish']);
    const token = await granted(await opened([scene.accountId, bob]));
    // Paying needs Bob, who allows only to publish; the notes are Ada's alone.
    expect(scopeOf(token)).toEqual(['notes', 'publish']);
    expect(decodeJwt(token)).toMatchObject({
      sub: scene.accountId,
      delegation: own.id,
      delegations: [own.id, bobs.id],
    });
    expect(await latest('token.issued')).toMatchObject({
      subject: scene.accountId,
      delegation: own.id,
      inputs: {
        delegations: [{ subject: bob, delegation: bobs.id }],
        participants: { scope: ['publish'], others: [{ id: bob, allows: ['publish'] }] },
      },
    });
    const seen = await scene.calls.introspect(room.credential, token);
    expect(seen.body).toMatchObject({ active: true, delegations: [own.id, bobs.id] });
  });

  test('is refused while one of them allows the agent nothing, and the refusal names the layer', async () => {
    await allow(scene.accountId, SCOPES);
    const id = await opened([scene.accountId, bob]);
    const refused = await exchange(id, { scope: 'publish' });
    expect([refused.status, refused.body['error'], denialOf(refused)]).toMatchObject([
      400,
      'invalid_scope',
      { layer: 'participants', reason: 'scope_not_available' },
    ]);
    expect(await latest('token.refused')).toMatchObject({
      txn: id,
      inputs: { removed: expect.arrayContaining([{ scope: 'publish', layer: 'participants', participants: [bob] }]) },
    });
    // That person's authority alone is enough for the rest, and such a token lists no delegations.
    const alone = await granted(id, { scope: 'notes' });
    expect(decodeJwt(alone)['delegations']).toBeUndefined();
  });

  test('is never the union: what only another participant allows is not given', async () => {
    await allow(scene.accountId, ['notes', 'publish']);
    await allow(bob, SCOPES);
    expect(scopeOf(await granted(await opened([scene.accountId, bob])))).toEqual(['notes', 'publish']);
  });

  test('counts what a participant allows in calls of the app that calls for the subject (decision 21)', async () => {
    const app = scene.app.clientId;
    const own = await allow(scene.accountId, SCOPES, [], app);
    const bobs = await allow(bob, ['publish'], [], app);
    // What Bob allows in any calls is not added to it.
    await allow(bob, ['pay']);
    const token = await granted(await opened([scene.accountId, bob]));
    expect(scopeOf(token)).toEqual(['notes', 'publish']);
    expect(decodeJwt(token)['delegations']).toEqual([own.id, bobs.id]);
    expect(await latest('token.issued')).toMatchObject({
      inputs: { delegations: [{ subject: bob, delegation: bobs.id }], source: { via: app } },
    });
    expect(await isActive(token)).toBe(true);
    await server.behalf.services.delegations.revokeAllVia(bob, app, bob);
    expect(await isActive(token)).toBe(false);
    // Without it, what Bob allows in any calls counts.
    expect(scopeOf(await granted(await opened([scene.accountId, bob])))).toEqual(['notes', 'pay']);
  });

  test('TX-01 does not count what a participant allows in calls of another app, or of an app that does not call', async () => {
    await allow(bob, SCOPES, [], 'cli_other');
    await allow(cleo, SCOPES, [], scene.app.clientId);
    const own = await allow(scene.accountId, SCOPES);
    for (const other of [bob, cleo]) {
      const id = await opened([scene.accountId, other]);
      const refused = await exchange(id, { scope: 'publish' });
      expect([refused.status, refused.body['error'], denialOf(refused)?.layer]).toEqual([
        400,
        'invalid_scope',
        'participants',
      ]);
      expect(await latest('token.refused')).toMatchObject({ txn: id, inputs: { source: { delegation: own.id } } });
    }
    await allow(scene.accountId, SCOPES, [], scene.app.clientId);
    const id = await opened([scene.accountId, bob]);
    const refused = await exchange(id, { scope: 'publish' });
    expect([refused.status, refused.body['error'], denialOf(refused)?.layer]).toEqual([
      400,
      'invalid_scope',
      'participants',
    ]);
    expect(await latest('token.refused')).toMatchObject({ txn: id, inputs: { source: { via: scene.app.clientId } } });
  });

  test('outside such a transaction needs its person alone', async () => {
    await allow(scene.accountId, SCOPES);
    expect(scopeOf(await granted(await opened(undefined)))).toEqual([...SCOPES].sort());
    expect(scopeOf(await granted(undefined))).toEqual([...SCOPES].sort());
  });

  test('is given to the token of each participant, with one subject each', async () => {
    await allow(scene.accountId, SCOPES);
    await allow(bob, SCOPES);
    const id = await opened([scene.accountId, bob]);
    const tokens = [await granted(id), await granted(id, { subject: bobsToken })].map((one) => decodeJwt(one));
    expect(tokens.map(({ sub: subject }) => subject)).toEqual([scene.accountId, bob]);
    expect([...((tokens[0]?.['delegations'] ?? []) as string[])].reverse()).toEqual(tokens[1]?.['delegations']);
  });

  test('ends at once when the resource server declares that it needs all, for tokens that list no participant', async () => {
    await allow(scene.accountId, SCOPES);
    const id = await opened([scene.accountId, bob]);
    const token = await granted(id, { scope: 'notes' });
    const path = `/resource-servers/${room.id}`;
    const declare = async (participants: string): Promise<void> => {
      const { headers, body } = await scene.management.call('GET', path);
      const scopes = (body['scopes'] as { name: string }[]).map((one) =>
        one.name === 'notes' ? { ...one, participants } : one,
      );
      const changed = await scene.management.call(
        'PATCH',
        path,
        { scopes },
        { 'if-match': String(headers.get('etag')) },
      );
      expect(changed.status).toBe(200);
    };
    await declare('all');
    expect(await isActive(token)).toBe(false);
    await declare('one');
    expect(await isActive(token)).toBe(true);
  });
});

describe('the end of another participant', () => {
  const ends: readonly (readonly [string, (delegation: Delegation) => Promise<unknown>])[] = [
    ['a revoked delegation', (one) => server.behalf.services.delegations.revoke(one.id, one.subject, 'req_test')],
    ['a narrowed delegation', () => allow(bob, ['notes'])],
    [
      'a kill of the delegation',
      ({ id }) => scene.management.call('POST', '/kills', { scope: 'delegation', id, reason: 'Test' }),
    ],
  ];

  test.each(ends)('by %s ends the token, what is exchanged from it, and no token of one person', async (_, end) => {
    await allow(scene.accountId, SCOPES, [sub.clientId]);
    const bobs = await allow(bob, SCOPES, [sub.clientId]);
    const id = await opened([scene.accountId, bob]);
    const shared = await granted(id, { scope: 'publish' });
    const alone = await granted(id, { scope: 'notes' });
    const below = await granted(undefined, { by: sub, subject: shared, scope: 'publish' });
    expect(await Promise.all([shared, alone, below].map(isActive))).toEqual([true, true, true]);
    const feed = revocationReader(server.issuer, room.credential);
    const { cursor, start } = await feed.read();
    await end(bobs);
    expect(await Promise.all([shared, alone, below].map(isActive))).toEqual([false, true, false]);
    const refused = await exchange(undefined, { by: sub, subject: shared, scope: 'publish' });
    expect([refused.status, denialOf(refused)?.reason]).toEqual([400, 'subject_token_not_live']);
    expect(await latest('token.refused')).toMatchObject({
      inputs: { subjectToken: { end: 'participant_ended' } },
    });
    const message = (await feed.poll({ after: cursor })).body as unknown as FeedMessage;
    expect([shared, below].map((token) => names(message, String(start?.digest_key), token))).toEqual([true, true]);
    await until(async () => (await statusOf(shared)) === 1 && (await statusOf(below)) === 1, { what: 'the statuses' });
  });

  test('by their account ends the token, also after the account is active again', async () => {
    const dora = (await scene.management.createAccount({ username: agent.clientId.slice(4), name: 'Dora' })).id;
    await allow(scene.accountId, SCOPES);
    await allow(dora, SCOPES);
    const token = await granted(await opened([scene.accountId, dora]), { scope: 'publish' });
    expect((await scene.management.call('POST', `/accounts/${dora}/disable`)).status).toBe(200);
    expect(await isActive(token)).toBe(false);
  });
});

describe('a sub-agent', () => {
  test('gets a delegation below that of each participant, and the token lists these', async () => {
    const own = await allow(scene.accountId, SCOPES, [sub.clientId]);
    const bobs = await allow(bob, SCOPES, [sub.clientId]);
    const shared = await granted(await opened([scene.accountId, bob]), { scope: 'publish notes' });
    const below = await granted(undefined, { by: sub, subject: shared });
    expect(scopeOf(below)).toEqual(['notes', 'publish']);
    const rows = await Promise.all(
      (decodeJwt(below)['delegations'] as string[]).map((id) => server.behalf.services.delegations.live(id)),
    );
    expect(rows.map((row) => [row?.subject, row?.parent, row?.actor])).toEqual([
      [scene.accountId, own.id, sub.clientId],
      [bob, bobs.id, sub.clientId],
    ]);
  });

  test('gets no scope that needs all while one of them does not let it be re-delegated', async () => {
    await allow(scene.accountId, SCOPES, [sub.clientId]);
    await allow(bob, SCOPES);
    const shared = await granted(await opened([scene.accountId, bob]), { scope: 'publish notes' });
    expect(scopeOf(await granted(undefined, { by: sub, subject: shared }))).toEqual(['notes']);
  });

  test('gets none from a token that is for its subject alone', async () => {
    await allow(scene.accountId, SCOPES, [sub.clientId]);
    await allow(bob, SCOPES, [sub.clientId]);
    const alone = await granted(await opened([scene.accountId, bob]), { scope: 'notes' });
    const refused = await exchange(undefined, { by: sub, subject: alone, scope: 'publish' });
    expect(refused.status).toBe(400);
  });
});

/** Written apart from the server: what a token may hold, given what each person allows. */
const model = (allowed: ReadonlyMap<string, ReadonlySet<string>>, participants: readonly string[], person: string) =>
  [...SCOPES].sort().filter((scope) => {
    if (!allowed.get(person)?.has(scope)) return false;
    return OF_ALL.includes(scope) ? participants.every((one) => allowed.get(one)?.has(scope)) : true;
  });

test('what a token holds equals a model that was written apart, for 60 random rooms', async () => {
  const random = randomNumbers(20_240_611);
  for (let trial = 0; trial < 60; trial += 1) {
    const participants = [scene.accountId, ...[bob, cleo].filter(() => random() < 0.7)];
    if (participants.length < 2) participants.push(bob);
    const allowed = new Map<string, ReadonlySet<string>>();
    for (const person of [scene.accountId, bob, cleo]) {
      const scope = SCOPES.filter(() => random() < 0.6);
      const held = await server.behalf.services.delegations.consented(person, agent.clientId, ROOM);
      if (scope.length > 0) await allow(person, scope);
      else if (held) await server.behalf.services.delegations.revoke(held.id, person, 'req_test');
      allowed.set(person, new Set(scope));
    }
    const expected = model(allowed, participants, scene.accountId);
    const answer = await exchange(await opened(participants));
    const held = answer.status === 200 ? scopeOf(String(answer.body['access_token'])) : [];
    expect({ trial, allowed: [...allowed].map(([, scope]) => [...scope]), held }).toEqual({
      trial,
      allowed: [...allowed].map(([, scope]) => [...scope]),
      held: expected,
    });
    if (answer.status === 200) {
      const token = String(answer.body['access_token']);
      const listed = (decodeJwt(token)['delegations'] ?? []) as readonly string[];
      expect(listed).toHaveLength(held.some((scope) => OF_ALL.includes(scope)) ? participants.length : 0);
      expect(await isActive(token)).toBe(true);
    }
  }
}, 120_000);

/** A small generator, so that a failure can be repeated. */
const randomNumbers = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
