import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, importJWK } from 'jose';
import { isOneOfDigests } from '../../src/domain/platform/crypto/constant-time-compare.ts';
import { masterKey } from '../../src/domain/platform/crypto/master-key.ts';
import {
  type AssertionOverrides,
  CLIENT_ASSERTION_TYPE,
  clientAssertion,
  dpopProof,
  type Identity,
  type KeyPair,
  newKeyPair,
} from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND, type Refusal } from '../support/audit-watch.ts';
import { craftedJwt, hmacBy, signedBy, unsigned } from '../support/crafted-jwt.ts';
import { postToHost } from '../support/host-request.ts';
import { type Answer, type Parameters, post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';

const INVALID_CLIENT: Refusal = { status: 401, error: 'invalid_client' };
const INVALID_REQUEST: Refusal = { status: 400, error: 'invalid_request' };

let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let agent: Identity;
let backEnd: { readonly id: string; readonly secret: string };

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: COUNT_EACH_SECOND });
  scene = await makeScene(server);
  audit = auditWatch(server);
  agent = scene.agent;
  backEnd = await newBackEnd('client_secret_basic');
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const authority = () => ({ [scene.jwt.identifier]: ['read'] });

const newBackEnd = async (method: string): Promise<{ id: string; secret: string }> => {
  const made = await scene.management.createClient({
    name: 'Ledger',
    token_endpoint_auth_method: method,
    grant_types: ['client_credentials'],
    authority: authority(),
  });
  return { id: made.id, secret: String(made['client_secret']) };
};

const newKeyedClient = async (key: KeyPair): Promise<Identity> => {
  const made = await scene.management.createClient({
    name: `Client with ${key.alg}`,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [key.publicJwk] },
    grant_types: ['client_credentials'],
    authority: authority(),
  });
  return { clientId: made.id, key };
};

const token = (parameters: Parameters, headers: Record<string, string> = {}): Promise<Answer> =>
  post(
    scene.calls.endpoints.token,
    { grant_type: 'client_credentials', resource: scene.jwt.identifier, ...parameters },
    headers,
  );

const withAssertion = (assertion: string, more: Parameters = {}): Promise<Answer> =>
  token({ client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: assertion, ...more });

const asserted = async (overrides: AssertionOverrides = {}, identity = agent): Promise<Answer> =>
  withAssertion(await clientAssertion(identity, server.issuer, overrides));

const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

const claimsOf = ({ clientId }: Identity, more: object = {}) => ({
  iss: clientId,
  sub: clientId,
  aud: server.issuer,
  jti: `jti-${Math.random()}`,
  iat: now(),
  exp: now() + 60,
  ...more,
});

describe('CA-01 only the registered algorithm passes (RFC 8725 §3.1)', () => {
  const others = [
    'none',
    'None',
    'nOnE',
    'HS256',
    'RS256',
    'PS256',
    'ES256',
    'ES384',
    'EdDSA',
    'Ed25519',
    'RS1',
    'unknown',
    '',
  ];

  test.each(['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'])('CA-01 with a key for %s', async (alg) => {
    const identity = await newKeyedClient(await newKeyPair(alg));
    const { key } = identity;
    await audit.issued(() => asserted({}, identity));

    for (const header of others.filter((other) => other !== alg)) {
      const canSign = ['RS256', 'PS256'].includes(header) && ['RS256', 'PS256'].includes(alg);
      const signature = /^none$/i.test(header) ? unsigned : signedBy(key, canSign ? header : alg);
      const jwt = await craftedJwt({ alg: header, kid: key.kid }, claimsOf(identity), signature);
      await audit.refused(() => withAssertion(jwt), INVALID_CLIENT);
    }
    for (const header of [[alg], 256, null, { alg }]) {
      const jwt = await craftedJwt({ alg: header, kid: key.kid }, claimsOf(identity), signedBy(key));
      await audit.refused(() => withAssertion(jwt), INVALID_CLIENT);
    }
    const spki = await exportSPKI((await importJWK(key.publicJwk, key.alg)) as CryptoKey);
    const secrets = [spki, spki.trim(), JSON.stringify(key.publicJwk), Buffer.from(spki.split('\n')[1] ?? ''), ''];
    for (const secret of secrets) {
      const jwt = await craftedJwt({ alg: 'HS256', kid: key.kid }, claimsOf(identity), hmacBy(secret));
      await audit.refused(() => withAssertion(jwt), INVALID_CLIENT);
    }
    // What was refused was so for its header: the same claims, honestly signed, pass.
    const honest = await craftedJwt({ alg, kid: key.kid }, claimsOf(identity), signedBy(key));
    await audit.issued(() => withAssertion(honest));
  });
});

describe('CA-02 the audience of an assertion is the issuer alone (RFC 10070)', () => {
  test('CA-02 accepts the issuer, as a string or as the only member of a list', async () => {
    await audit.issued(() => asserted());
    await audit.issued(() => asserted({ claims: { aud: [server.issuer] } }));
  });

  test('CA-02 refuses every other audience', async () => {
    const { issuer } = server;
    const { endpoints } = scene.calls;
    const audiences: readonly unknown[] = [
      endpoints.token,
      endpoints.par,
      endpoints.introspection,
      `${issuer}/`,
      issuer.replace('localhost', 'LOCALHOST'),
      issuer.replace('http:', 'HTTP:'),
      issuer.replace('localhost', '127.0.0.1'),
      `${issuer}#`,
      ` ${issuer}`,
      'http://evil.example',
      [issuer, 'https://other.example'],
      [issuer, issuer],
      [issuer, endpoints.token],
      [[issuer]],
      [],
      '',
      1,
      { issuer },
      undefined,
    ];
    for (const aud of audiences) await audit.refused(() => asserted({ claims: { aud } }), INVALID_CLIENT);
  });

  test('CA-02 V7 a Host header does not decide which audience is accepted', async () => {
    const parametersFor = async (aud: string) => ({
      grant_type: 'client_credentials',
      resource: scene.jwt.identifier,
      client_assertion_type: CLIENT_ASSERTION_TYPE,
      client_assertion: await clientAssertion(agent, aud),
    });
    for (const aud of ['http://evil.example/token', 'http://evil.example']) {
      const parameters = await parametersFor(aud);
      await audit.refused(() => postToHost(server.port, { host: 'evil.example' }, parameters), INVALID_CLIENT);
    }
    const genuine = await parametersFor(server.issuer);
    await audit.issued(() => postToHost(server.port, { host: 'evil.example' }, genuine));
    // A target in absolute form does not reach the endpoint at all.
    const evil = await parametersFor('http://evil.example/token');
    const target = 'http://evil.example/token';
    await audit.refused(() => postToHost(server.port, { host: 'evil.example', target }, evil), INVALID_REQUEST);
  });
});

describe('CA-03 the type of an assertion (RFC 10070, RFC 8725 §3.11)', () => {
  test.each([undefined, 'JWT', 'client-authentication+jwt', 'application/client-authentication+jwt'])(
    'CA-03 accepts typ %s',
    async (typ) => {
      await audit.issued(() => asserted({ header: typ === undefined ? {} : { typ } }));
    },
  );

  test.each([
    'at+jwt',
    'application/at+jwt',
    'id-jag',
    'oauth-id-jag+jwt',
    'dpop+jwt',
    'logout+jwt',
    'secevent+jwt',
    'client-authentication',
    '',
    1,
  ])('CA-03 refuses typ %s', async (typ) => {
    await audit.refused(() => asserted({ header: { typ } }), INVALID_CLIENT);
  });

  test('CA-03 refuses a JWT that the same key signed for another purpose', async () => {
    const proof = await dpopProof(agent.key, { method: 'POST', url: scene.calls.endpoints.token });
    await audit.refused(() => withAssertion(proof, { client_id: agent.clientId }), INVALID_CLIENT);
    const named = await dpopProof(agent.key, {
      method: 'POST',
      url: scene.calls.endpoints.token,
      claims: claimsOf(agent),
    });
    await audit.refused(() => withAssertion(named), INVALID_CLIENT);
  });
});

describe('CA-04 an assertion is used once (RFC 7523 §3; V3)', () => {
  test.each(['memory', 'sqlite'] as const)('CA-04 serial and 64 at once, on %s', async (stores) => {
    const own = stores === 'memory' ? undefined : await runServer({ stores, environment: COUNT_EACH_SECOND });
    try {
      const world = own ? await makeScene(own) : scene;
      const watch = own ? auditWatch(own) : audit;
      const send = (assertion: string) =>
        post(world.calls.endpoints.token, {
          grant_type: 'client_credentials',
          resource: world.jwt.identifier,
          client_assertion_type: CLIENT_ASSERTION_TYPE,
          client_assertion: assertion,
        });
      const once = await clientAssertion(world.agent, world.issuer);
      await watch.issued(() => send(once));
      await watch.refused(() => send(once), INVALID_CLIENT);

      const raced = await clientAssertion(world.agent, world.issuer);
      const { result, events } = await watch.during(() => Promise.all(Array.from({ length: 64 }, () => send(raced))));
      expect(result.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(result.filter(({ status, body }) => status === 401 && body['error'] === 'invalid_client')).toHaveLength(
        63,
      );
      expect(events.filter(({ type }) => type === 'token.issued')).toHaveLength(1);
      expect(events.some(({ type, error }) => type === 'request.refused' && error === 'invalid_client')).toBe(true);
    } finally {
      await own?.close();
    }
  });
});

describe('CA-05 the life of an assertion (RFC 7523 §3; V6)', () => {
  const life = 300;

  test('CA-05 V6 refuses an old assertion, and one without exp, without jti, or with invalid times', async () => {
    const bad: readonly Readonly<Record<string, unknown>>[] = [
      { iat: now() - life - 60, exp: now() + 60 },
      { iat: now() - life - 60, exp: now() + 10 * 365 * 86_400 },
      { exp: undefined },
      { jti: undefined },
      { jti: '' },
      { jti: 7 },
      { jti: ['a'] },
      { jti: 'x'.repeat(10_240) },
      { iat: undefined },
      { iat: now() + 120, exp: now() + 180 },
      { iat: String(now()) },
      { nbf: now() + 120 },
      { nbf: 'soon' },
      { exp: String(now() + 60) },
      { exp: now() + 60.5 },
      { exp: -1 },
      { exp: 0 },
      { exp: now() - 30, iat: now() - 90 },
      { sub: 'agt_someone_else', iss: 'agt_someone_else' },
      { iss: undefined },
      { sub: undefined },
    ];
    for (const [index, claims] of bad.entries()) {
      const jti = 'jti' in claims ? {} : { jti: `kept-${index}` };
      await audit.refused(() => asserted({ claims: { ...jti, ...claims } }), INVALID_CLIENT);
      // Nothing was stored: the same id serves an assertion that is well made.
      if (jti.jti) await audit.issued(() => asserted({ claims: jti }));
    }
  });

  test('CA-05 refuses numbers that are written so that they become infinite', async () => {
    for (const exp of ['1e999', '-1e999', '1e400']) {
      const text = JSON.stringify(claimsOf(agent)).replace(/"exp":\d+/, `"exp":${exp}`);
      const jwt = await craftedJwt({ alg: 'ES256', kid: agent.key.kid }, text, signedBy(agent.key));
      await audit.refused(() => withAssertion(jwt), INVALID_CLIENT);
    }
  });

  test('CA-05 accepts an assertion that lives exactly as long as is allowed', async () => {
    await audit.issued(() => asserted({ claims: { iat: now() + 1, exp: now() + 1 + life } }));
  });

  test('CA-05 an assertion for an hour is accepted once, and for 300 seconds', async () => {
    const claims = { iat: now(), exp: now() + 3600 };
    const early = await clientAssertion(agent, server.issuer, { claims });
    const late = await clientAssertion(agent, server.issuer, { claims });
    await audit.issued(() => withAssertion(early));
    advance((life - 20) * 1000);
    await audit.refused(() => withAssertion(early), INVALID_CLIENT);
    advance(40_000);
    const { answer } = await audit.refused(() => withAssertion(late), INVALID_CLIENT);
    expect(answer.body['error_description']).toContain('more than 300 seconds ago');
    await audit.refused(() => withAssertion(early), INVALID_CLIENT);
  });

  test('the client gets the reason once its signature is valid, and none before', async () => {
    const right = await audit.refused(() => asserted({ claims: { aud: scene.calls.endpoints.token } }), INVALID_CLIENT);
    expect(right.answer.body['error_description']).toContain(`aud must be the issuer, ${server.issuer}`);
    const other = { clientId: agent.clientId, key: await newKeyPair() };
    const forged = await clientAssertion(other, scene.calls.endpoints.token);
    const wrong = await audit.refused(() => withAssertion(forged), INVALID_CLIENT);
    expect(wrong.answer.body['error_description']).toBe('client authentication failed');
  });
});

describe('CA-06 replay keys of different things never meet (V5)', () => {
  const key = masterKey(Buffer.alloc(32, 7));
  const digest = ([kind, issuer, jti]: readonly [string, string, string]) => key.digest(`jti/${kind}`, issuer, jti);
  const kind = fc.constantFrom('assertion', 'dpop', 'presented-dpop');
  const short = fc.string({ maxLength: 6 });

  test('CA-06 V5 different (kind, issuer, jti) have different keys', () => {
    const triple = fc.tuple(kind, short, short);
    fc.assert(
      fc.property(triple, triple, (one, other) => {
        expect(digest(one) === digest(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { seed: 5, numRuns: 500 },
    );
    // The boundary between the two, moved: what oidc-provider alone takes for the same.
    fc.assert(
      fc.property(kind, fc.string({ minLength: 2, maxLength: 12 }), fc.nat(), (one, text, at) => {
        const cut = 1 + (at % (text.length - 1));
        expect(digest([one, text.slice(0, cut), text.slice(cut)])).not.toBe(digest([one, '', text]));
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  test('CA-06 V5 the ids of assertions and of DPoP proofs are kept apart', async () => {
    const jti = 'one id for both';
    const dpop = await dpopProof(await newKeyPair(), {
      method: 'POST',
      url: scene.calls.endpoints.token,
      claims: { jti },
    });
    const assertion = await clientAssertion(agent, server.issuer, { claims: { jti } });
    const send = (client_assertion: string) =>
      token({ client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion }, { dpop });
    await audit.issued(() => send(assertion));
    await audit.refused(() => asserted({ claims: { jti } }), INVALID_CLIENT);
    const fresh = await clientAssertion(agent, server.issuer);
    await audit.refused(() => send(fresh), { status: 400, error: 'invalid_grant', event: 'token.refused' });
  });
});

describe('CA-07 one request, one client (RFC 6749 §2.3)', () => {
  test('CA-07 refuses a client_id that is not the one that is proven', async () => {
    const other = await newBackEnd('client_secret_basic');
    const mixed: readonly (readonly [() => Promise<Answer>, Refusal])[] = [
      [
        async () => withAssertion(await clientAssertion(agent, server.issuer), { client_id: other.id }),
        INVALID_REQUEST,
      ],
      [() => token({ client_id: other.id }, basic(backEnd.id, backEnd.secret)), INVALID_REQUEST],
      [() => token({ client_id: backEnd.id.toUpperCase() }, basic(backEnd.id, backEnd.secret)), INVALID_REQUEST],
      [() => token({ client_id: [backEnd.id, backEnd.id] }, basic(backEnd.id, backEnd.secret)), INVALID_REQUEST],
      [() => token({ client_id: [backEnd.id, other.id] }, basic(backEnd.id, backEnd.secret)), INVALID_REQUEST],
      [() => token({ client_id: backEnd.id.replace('_', '%5F') }, basic(backEnd.id, backEnd.secret)), INVALID_REQUEST],
      [() => token({}, basic(backEnd.id.toUpperCase(), backEnd.secret)), INVALID_CLIENT],
      [() => token({}, basic(backEnd.id.replace('_', '%255F'), backEnd.secret)), INVALID_CLIENT],
      [() => token({}, basic(other.id, backEnd.secret)), INVALID_CLIENT],
      [() => asserted({ claims: { sub: backEnd.id } }), INVALID_CLIENT],
      [() => asserted({ claims: { iss: backEnd.id } }), INVALID_CLIENT],
      [() => token({}), INVALID_REQUEST],
      [() => token({ client_id: '' }), INVALID_REQUEST],
    ];
    for (const [send, refusal] of mixed) await audit.refused(send, refusal);
  });

  test('CA-07 what is granted is decided on the client that is authenticated', async () => {
    const encoded = basic(backEnd.id.replace('_', '%5F'), backEnd.secret);
    const { answer, event } = await audit.issued(() => token({ client_id: backEnd.id }, encoded));
    expect(event.caller).toBe(backEnd.id);
    expect(answer.body['scope']).toBe('read');
  });
});

describe('CA-08 one method, and the registered one (RFC 6749 §2.3)', () => {
  test('CA-08 refuses two mechanisms at once', async () => {
    const assertion = await clientAssertion(agent, server.issuer);
    const both = { client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: assertion };
    await audit.refused(() => token(both, basic(agent.clientId, 'x')), INVALID_REQUEST);
    await audit.refused(() => token({ ...both, client_secret: 'x' }), INVALID_REQUEST);
    await audit.refused(
      () => token({ client_secret: backEnd.secret }, basic(backEnd.id, backEnd.secret)),
      INVALID_REQUEST,
    );
    // None of them was looked at: the assertion still serves.
    await audit.issued(() => token(both));
  });

  test('CA-08 refuses a method that is not the registered one', async () => {
    const posting = await newBackEnd('client_secret_post');
    await audit.issued(() => token({ client_id: posting.id, client_secret: posting.secret }));
    await audit.issued(() => token({}, basic(backEnd.id, backEnd.secret)));
    const publicClient = await scene.management.createClient({
      name: 'Pocket',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [REDIRECT_URI],
    });
    const wrong: readonly (() => Promise<Answer>)[] = [
      () => token({ client_id: backEnd.id, client_secret: backEnd.secret }),
      () => token({}, basic(posting.id, posting.secret)),
      () => token({ client_id: backEnd.id }),
      () => token({ client_id: agent.clientId }),
      () => token({}, basic(agent.clientId, backEnd.secret)),
      () => token({ client_id: agent.clientId, client_secret: backEnd.secret }),
      () => token({}, basic(publicClient.id, 'anything')),
      () => token({ client_id: publicClient.id, client_secret: 'anything' }),
      async () => asserted({}, { clientId: backEnd.id, key: agent.key }),
      async () => asserted({}, { clientId: publicClient.id, key: agent.key }),
      () => token({ client_id: scene.jwt.id }),
    ];
    for (const send of wrong) await audit.refused(send, INVALID_CLIENT);
  });

  test('CA-08 refuses an unknown assertion type', async () => {
    const assertion = await clientAssertion(agent, server.issuer);
    await audit.refused(() => token({ client_assertion: assertion }), INVALID_REQUEST);
    await audit.refused(
      () => token({ client_assertion: assertion, client_assertion_type: 'urn:example:other' }),
      INVALID_REQUEST,
    );
    await audit.issued(() => withAssertion(assertion));
  });
});

describe('CA-09 secrets (CWE-208)', () => {
  test('CA-09 V11 only a keyed digest is stored, all of one length, and nothing near the secret passes', async () => {
    const stored = await server.behalf.services.clients.get(backEnd.id);
    const { secretHash } = stored?.document ?? {};
    expect(secretHash).toBe(server.behalf.services.masterKey.digest('client_secret', backEnd.secret));
    expect(JSON.stringify(stored)).not.toContain(backEnd.secret);
    expect(secretHash).toHaveLength(43);

    const { secret, id } = backEnd;
    const near = [
      secret.slice(0, -1),
      `${secret}x`,
      `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`,
      secret.toLowerCase() === secret ? secret.toUpperCase() : secret.toLowerCase(),
      `${secret}%20`,
      'x',
      'x'.repeat(4000),
      // The digest itself: what a reader of the database would try.
      String(secretHash),
    ];
    for (const guess of near) await audit.refused(() => token({}, basic(id, guess)), INVALID_CLIENT);
    await audit.issued(() => token({}, basic(id, secret)));
  });

  test('CA-09 what a comparison sees of a guess has nothing to do with how much of it is right', () => {
    // The comparison runs over digests of one length by timingSafeEqual; statistics of time are a campaign.
    const key = masterKey(Buffer.alloc(32, 9));
    const commonPrefix = (one: string, other: string) => [...one].findIndex((char, at) => char !== other[at]);
    const secret = 's'.repeat(43);
    const shared = Array.from({ length: 42 }, (_, length) =>
      commonPrefix(key.digest('client_secret', `${secret.slice(0, length)}x`), key.digest('client_secret', secret)),
    );
    expect(Math.max(...shared)).toBeLessThanOrEqual(4);
  });

  test('CA-09 the work of a comparison is the same for any guess: as many digests, compared as a whole', () => {
    const [key, other] = [Buffer.alloc(32, 9), Buffer.alloc(32, 8)];
    const secret = 's'.repeat(43);
    const guesses = [
      secret,
      `${secret.slice(0, 42)}x`,
      `x${secret.slice(1)}`,
      randomBytes(32).toString('base64url'),
      '',
      'x'.repeat(4000),
    ];
    for (const keys of [masterKey(key), masterKey(key, other), masterKey(other, key)]) {
      const stored = masterKey(key).digest('client_secret', secret);
      const work = guesses.map((guess) => {
        const compared: number[] = [];
        const isRight = isOneOfDigests(stored, keys.digests('client_secret', guess), (one, two) => {
          compared.push(one.length, two.length);
          return timingSafeEqual(one, two);
        });
        expect(isRight).toBe(guess === secret);
        return compared;
      });
      expect(work[0]).toEqual(keys.digests('x', '').flatMap(() => [43, 43]));
      for (const one of work) expect(one).toEqual(work[0]);
    }
  });
});

describe('CA-11 the key id is a name and nothing else (RFC 8725 §3.10)', () => {
  test('CA-11 refuses ids that are paths, URLs or queries, and fetches nothing', async () => {
    const other = await newKeyPair();
    const asked: string[] = [];
    const listener = createServer((request, response) => {
      asked.push(String(request.url));
      response.end(JSON.stringify({ keys: [other.publicJwk] }));
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/jwks`;
    const kids: readonly unknown[] = [
      '../../../../dev/null',
      '/etc/passwd',
      url,
      "' OR '1'='1",
      'x'.repeat(8192),
      'line\r\n{"event":"forged"}',
      '__proto__',
      other.kid,
    ];
    for (const kid of kids) await audit.refused(() => asserted({ header: { kid } }), INVALID_CLIENT);
    // CA-12: pointers to keys, and extensions that change what is signed.
    const headers: readonly Readonly<Record<string, unknown>>[] = [
      { jku: url },
      { x5u: url },
      { jwk: other.publicJwk },
      { x5c: ['MIIB'] },
      { crit: ['b64'], b64: true },
      { b64: false },
      { zip: 'DEF' },
      { crit: ['exp'] },
      { crit: [] },
    ];
    for (const header of headers) {
      const jwt = await craftedJwt(
        { alg: 'ES256', kid: agent.key.kid, ...header },
        claimsOf(agent),
        signedBy(agent.key),
      );
      await audit.refused(() => withAssertion(jwt), INVALID_CLIENT);
      if (!header['jwk']) continue;
      const embedded = await craftedJwt({ alg: 'ES256', ...header }, claimsOf(agent), signedBy(other));
      await audit.refused(() => withAssertion(embedded), INVALID_CLIENT);
    }
    expect(asked).toEqual([]);
    await new Promise((resolve) => listener.close(resolve));
  });

  test('CA-12 refuses headers that point at keys or change what is signed (RFC 7515 §4.1)', async () => {
    await audit.refused(() => asserted({ header: { jku: 'https://keys.example/jwks' } }), INVALID_CLIENT);
    await audit.issued(() => asserted());
  });
});

describe('CA-13 weak keys (RFC 8725 §3.5)', () => {
  test('CA-13 CA-11 CA-14 are refused at registration', async () => {
    const good = agent.key.publicJwk;
    const { publicKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
    const rsa = await exportJWK(publicKey);
    const { kid: _kid, ...unnamed } = good;
    const sets: readonly (readonly object[])[] = [
      [{ ...rsa, n: String(rsa.n).slice(0, 171) }],
      [{ ...rsa, e: 'AQ' }],
      [{ ...rsa, e: 'Aw' }],
      [{ ...good, x: String(good.y) }],
      [agent.key.privateJwk],
      [{ kty: 'oct', k: 'c2VjcmV0' }],
      [{ ...good, use: 'enc' }],
      [{ ...good, alg: 'none' }],
      [{ ...good, alg: 'HS256' }],
      // CA-11: two keys of one name. CA-14: keys that could only be tried one by one.
      [good, { ...rsa, kid: good.kid }],
      [unnamed, rsa],
      Array.from({ length: 11 }, (_, index) => ({ ...good, kid: `key ${index}` })),
      [],
    ];
    const registered = (keys: readonly object[]) =>
      scene.management.call('POST', '/agents', {
        name: 'Weak',
        owner: scene.accountId,
        purpose: 'Has a bad key',
        environment: 'test',
        jwks: { keys },
      });
    expect((await registered(Array.from({ length: 1000 }, () => unnamed))).status).toBe(413);
    for (const keys of sets) {
      const { result, events } = await audit.during(() => registered(keys));
      expect([result.status, result.headers.get('content-type')]).toEqual([400, expect.stringMatching(/problem/)]);
      expect(result.text).toMatch(/"(?:pointer|field)":"[#]?\/jwks/);
      const refusals = events.filter(({ outcome }) => outcome === 'refused');
      expect(refusals.map(({ type, error }) => [type, error])).toEqual([['management.refused', 'invalid_field']]);
    }
  });

  test('CA-13 an all-zero signature is refused (CVE-2022-21449)', async () => {
    const zero = () => Buffer.alloc(64).toString('base64url');
    const jwt = await craftedJwt({ alg: 'ES256', kid: agent.key.kid }, claimsOf(agent), zero);
    await audit.refused(() => withAssertion(jwt), INVALID_CLIENT);
  });
});

describe('CA-16 malformed Basic credentials (RFC 7617 §2)', () => {
  test('CA-16 are refused, never a failure of ours', async () => {
    const encode = (text: string | Buffer) => `Basic ${Buffer.from(text).toString('base64')}`;
    const malformed: readonly string[] = [
      'Basic',
      'Basic ',
      'Basic %%%%',
      'Basic a',
      'Basic ====',
      'Basic YTpi YTpi',
      'Bearer x',
      'Digest username="x"',
      encode('no colon'),
      encode(':'),
      encode(`:${backEnd.secret}`),
      encode(`${backEnd.id}:%`),
      encode(`${backEnd.id}:%zz`),
      encode(`${backEnd.id}:%E0%A4%A`),
      encode(`${backEnd.id}:a\r\nb`),
      encode(`${backEnd.id}:%0d%0a`),
      encode(`${backEnd.id}:%00`),
      encode(Buffer.concat([Buffer.from(`${backEnd.id}:`), Buffer.from([0xff, 0xfe, 0xc3])])),
      encode(`${'x'.repeat(5000)}:y`),
    ];
    for (const authorization of malformed) {
      const { result, events } = await audit.during(() => token({}, { authorization }));
      expect([400, 401]).toContain(result.status);
      expect(['invalid_request', 'invalid_client']).toContain(result.body['error']);
      expect(events.map(({ type, error }) => [type, error])).toEqual([['request.refused', result.body['error']]]);
    }
    await audit.issued(() => token({}, basic(backEnd.id, backEnd.secret)));
  });
});
