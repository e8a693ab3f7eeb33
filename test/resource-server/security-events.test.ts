/** The package takes pushed security events of the server: which tokens it introspects then, and which events it refuses. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { ask, handClock, seen } from './asking.ts';
import { type Claims, type Issuer, newPair, type Pair, RESOURCE, startIssuer } from './issuer.ts';

const AUDIENCE = 'https://notes.example.com/events';
const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
const OURS = 'urn:behalf:secevent:event-type:';
const ASK = '/token/introspection';
const ENDED = '401 invalid_token token_inactive';

let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());
beforeEach(() => {
  issuer.state.introspected = { active: false };
  issuer.state.isDown = false;
});

const person = (sub = 'acc_ada') => ({ format: 'iss_sub', iss: issuer.url, sub });
const complex = (members: Claims) => ({ format: 'complex', tenant: { format: 'uri', uri: issuer.url }, ...members });

type Spoiled = { readonly claims?: Claims; readonly header?: Claims; readonly by?: Pair };

const eventOf = async (type: string, subject: unknown, { claims = {}, header = {}, by = issuer.rsa }: Spoiled = {}) => {
  const all = { iss: issuer.url, aud: AUDIENCE, iat: Math.floor(Date.now() / 1000), jti: crypto.randomUUID() };
  const given = { ...all, sub_id: subject, events: { [type]: {} }, ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(given)))
    .setProtectedHeader({ alg: by.alg, typ: 'secevent+jwt', kid: 'rsa-1', ...header })
    .sign(by.privateKey);
};

/** An API whose process began so long ago that it accepts tokens offline, and a token that it accepts. */
const newWorld = async (claims: Claims = {}) => {
  const clock = handClock(1000);
  const server = resourceServer({
    issuer: issuer.url,
    resource: RESOURCE,
    introspection: { clientId: 'api', clientSecret: 'secret' },
    securityEvents: { audience: AUDIENCE },
    monotonic: clock.now,
  });
  const token = await issuer.token(claims);
  const asked = async (one = token): Promise<readonly [string, number]> => {
    const before = issuer.asked(ASK);
    const answer = seen(await ask(server, one));
    return [answer, issuer.asked(ASK) - before];
  };
  issuer.state.introspected = { ...issuer.claims(), active: true };
  await asked();
  clock.forward(31);
  await asked();
  issuer.state.introspected = { active: false };
  return { server, clock, token, asked };
};

describe('a token', () => {
  test('is accepted offline until an event names its person, then introspected', async () => {
    const { server, asked } = await newWorld();
    expect(await asked()).toEqual(['granted', 0]);
    expect(await server.receiveEvent(await eventOf(`${RISC}account-disabled`, person()))).toMatchObject({
      status: 202,
    });
    expect(await asked()).toEqual([ENDED, 1]);
  });

  test('that is still active is introspected at each use for half a minute, then accepted offline again', async () => {
    const { server, clock, asked } = await newWorld();
    await server.receiveEvent(await eventOf(`${CAEP}session-revoked`, complex({ user: person() })));
    issuer.state.introspected = { ...issuer.claims(), active: true };
    expect([await asked(), await asked()]).toEqual([
      ['granted', 1],
      ['granted', 1],
    ]);
    clock.forward(31);
    expect([await asked(), await asked()]).toEqual([
      ['granted', 1],
      ['granted', 0],
    ]);
  });

  test.each<[string, () => Claims, Claims]>([
    [`${CAEP}session-revoked`, () => complex({ user: person() }), {}],
    [`${OURS}agent-disabled`, () => complex({ agent: person('agt_planner') }), {}],
    [
      `${OURS}agent-retired`,
      () => complex({ agent: person('agt_below') }),
      { act: { sub: 'agt_x', act: { sub: 'agt_below' } } },
    ],
    [`${OURS}delegation-revoked`, () => complex({ user: person(), agent: person('agt_other') }), {}],
    [`${OURS}grant-ended`, () => complex({ user: person() }), {}],
    // Of an account, whose agents are not named; of all agents of an owner, of a client, of one delegation, of everything, and of what
    // this package does not know.
    [`${RISC}account-disabled`, () => person('acc_owner'), {}],
    [`${OURS}agent-killed`, () => complex({ user: person('acc_owner') }), {}],
    [`${CAEP}session-revoked`, () => complex({ application: person('cli_1') }), {}],
    [`${OURS}delegation-revoked`, () => complex({}), {}],
    [`${CAEP}session-revoked`, () => complex({}), {}],
    ['https://example.com/later', () => ({ format: 'opaque', id: 'x' }), {}],
    [`${RISC}account-disabled`, () => ({ ...person(), iss: 'https://other.example.com' }), {}],
  ])('is introspected after %s', async (type, subject, claims) => {
    const { server, asked } = await newWorld(claims);
    await server.receiveEvent(await eventOf(type, subject()));
    expect(await asked()).toEqual([ENDED, 1]);
  });

  test.each<[string, () => Claims]>([
    [`${CAEP}session-revoked of another person`, () => complex({ user: person('acc_bob') })],
    [`${CAEP}assurance-level-change`, () => person()],
    [`${OURS}agent-disabled of another agent`, () => complex({ agent: person('agt_other') })],
    [`${RISC}account-enabled`, () => person()],
    [`${OURS}agent-enabled`, () => complex({ agent: person('agt_planner') })],
    ['https://schemas.openid.net/secevent/ssf/event-type/verification', () => ({ format: 'opaque', id: 'sgs_1' })],
  ])('stays accepted offline after %s', async (named, subject) => {
    const { server, asked } = await newWorld();
    const answer = await server.receiveEvent(await eventOf(String(named.split(' ')[0]), subject()));
    expect([answer.status, await asked()]).toEqual([202, ['granted', 0]]);
  });

  test('of before the process began is introspected: what an earlier one was told is unknown', async () => {
    const clock = handClock(1000);
    const server = resourceServer({
      issuer: issuer.url,
      resource: RESOURCE,
      introspection: { clientId: 'api', clientSecret: 'secret' },
      securityEvents: { audience: AUDIENCE },
      monotonic: clock.now,
    });
    expect(seen(await ask(server, await issuer.token()))).toBe(ENDED);
  });

  test('is answered with 503 when it must be introspected and the server does not answer', async () => {
    const { server, asked } = await newWorld();
    await server.receiveEvent(await eventOf(`${RISC}account-disabled`, person()));
    issuer.state.isDown = true;
    expect((await asked())[0]).toMatch(/^503 temporarily_unavailable/);
  });
});

describe('an event is refused', () => {
  test.each<[string, () => Promise<string>, string]>([
    [
      'signed by another key',
      async () => eventOf(`${RISC}account-disabled`, person(), { by: await newPair('RS256') }),
      'invalid_key',
    ],
    [
      'with an unknown kid',
      () => eventOf(`${RISC}account-disabled`, person(), { header: { kid: 'x' } }),
      'invalid_key',
    ],
    [
      'with another algorithm',
      () => eventOf(`${RISC}account-disabled`, person(), { by: issuer.key, header: { kid: 'es-1' } }),
      'invalid_key',
    ],
    [
      'of another issuer',
      () => eventOf(`${RISC}account-disabled`, person(), { claims: { iss: 'https://x.example' } }),
      'invalid_issuer',
    ],
    [
      'for another receiver',
      () => eventOf(`${RISC}account-disabled`, person(), { claims: { aud: 'https://x.example' } }),
      'invalid_audience',
    ],
    [
      'of another type',
      () => eventOf(`${RISC}account-disabled`, person(), { header: { typ: 'at+jwt' } }),
      'invalid_request',
    ],
    ['with sub', () => eventOf(`${RISC}account-disabled`, person(), { claims: { sub: 'acc_ada' } }), 'invalid_request'],
    ['with exp', () => eventOf(`${RISC}account-disabled`, person(), { claims: { exp: 9e9 } }), 'invalid_request'],
    [
      'without jti',
      () => eventOf(`${RISC}account-disabled`, person(), { claims: { jti: undefined } }),
      'invalid_request',
    ],
    [
      'with two events',
      () => eventOf(`${RISC}account-disabled`, person(), { claims: { events: { a: {}, b: {} } } }),
      'invalid_request',
    ],
    [
      'without events',
      () => eventOf(`${RISC}account-disabled`, person(), { claims: { events: {} } }),
      'invalid_request',
    ],
    ['that is no JWT', async () => 'nothing', 'invalid_request'],
    ['that is an access token', () => issuer.token(), 'invalid_key'],
    ['that is too long', async () => 'a'.repeat(70_000), 'invalid_request'],
  ])('%s', async (_title, event, err) => {
    const { server, asked } = await newWorld();
    const { status, body = '' } = await server.receiveEvent(await event());
    expect([status, JSON.parse(body).err]).toEqual([400, err]);
    expect(await asked()).toEqual(['granted', 0]);
  });

  test('with 503 and Retry-After when the keys cannot be fetched: the server sends it again', async () => {
    issuer.state.isDown = true;
    const server = resourceServer({
      issuer: issuer.url,
      resource: RESOURCE,
      introspection: { clientId: 'api', clientSecret: 'secret' },
      securityEvents: { audience: AUDIENCE },
    });
    const answer = await server.receiveEvent(await eventOf(`${RISC}account-disabled`, person()));
    expect(answer).toEqual({ status: 503, headers: [['retry-after', '5']], body: undefined });
  });

  test('by an API without the option', async () => {
    const server = resourceServer({ issuer: issuer.url, resource: RESOURCE });
    await expect(server.receiveEvent('x')).rejects.toThrow('receiveEvent: set the option securityEvents');
  });
});

test.each<[string, object]>([
  ['securityEvents', { securityEvents: { audience: AUDIENCE } }],
  ['securityEvents.audience', { securityEvents: {} }],
  ['securityEvents.url', { securityEvents: { audience: AUDIENCE, url: 'x' } }],
])('the option %s is checked', (member, options) => {
  expect(() => resourceServer({ issuer: issuer.url, resource: RESOURCE, ...options } as never)).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', member }),
  );
});
