/**
 * Attestation-based client authentication (draft-ietf-oauth-attestation-based-client-auth-12): an attester that an agent
 * names vouches for the keys of its instances, and each key is an instance. The clock stands still.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, decodeJwt } from 'jose';
import { runCli } from '../../src/cli/main.ts';
import { type Identity, type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import {
  type Alteration,
  type AttestedCopy,
  attestation,
  attestedCalls,
  newCopy,
} from '../support/attested-instances.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { craftedJwt, hmacBy, unsigned } from '../support/crafted-jwt.ts';
import { instancesOf } from '../support/instances.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import {
  ACCESS_TOKEN_TYPE,
  type Answer,
  answerOf,
  EXCHANGE,
  formOf,
  type Parameters,
  post,
} from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';
import { type IssuerHost, issuerHost } from '../support/workload-platforms.ts';

const ATTESTER = 'https://attester.example.com';
const INVALID_CLIENT = { status: 401, error: 'invalid_client' };

let authority: LocalAuthority;
let host: IssuerHost;
let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let instances: ReturnType<typeof instancesOf>;
let attested: ReturnType<typeof attestedCalls>;
let attester: KeyPair;

beforeAll(async () => {
  authority = await localAuthority();
  host = await issuerHost(authority);
  stopClock();
  server = await runServer({
    environment: {
      ...COUNT_EACH_SECOND,
      BEHALF__AGENTS__MAXINSTANCES: '3',
      ...internalHosts({ clientKeys: host.host }),
      BEHALF__EGRESS__CAFILE: authority.caFile,
      BEHALF__EGRESS__REQUESTSPERHOSTPERMINUTE: '200',
    },
  });
  scene = await makeScene(server);
  audit = auditWatch(server);
  instances = instancesOf(scene);
  attested = attestedCalls(scene.calls.endpoints);
  attester = await newKeyPair();
});
afterAll(async () => {
  await server?.close();
  startClock();
  await authority?.remove();
});
beforeEach(() => {
  advance(61_000);
});

let count = 0;
/** An agent that names the attester. */
const attestedAgent = async (credential: object = {}): Promise<Identity & { readonly credential: string }> => {
  count += 1;
  const agent = await scene.newAgent(`Attested ${count}`);
  const { status, body, text } = await scene.management.call('POST', `/agents/${agent.clientId}/credentials`, {
    kind: 'attested',
    attester: ATTESTER,
    jwks: { keys: [attester.publicJwk] },
    ...credential,
  });
  if (status >= 300) throw new Error(`${status} ${text}`);
  return { ...agent, credential: String(body['id']) };
};

const own = (): Parameters => ({ grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'read' });
const ask = (copy: AttestedCopy, of?: Alteration, pop?: Alteration): Promise<Answer> =>
  attested.token(copy, own(), of, pop);
const good = async (answer: Promise<Answer>): Promise<Answer['body']> => {
  const { status, body, text } = await answer;
  expect([status, text]).toEqual([200, text]);
  return body;
};
const instanceOf = (body: Answer['body']): unknown => decodeJwt(String(body['access_token']))['instance'];

/** Expects `invalid_client` without a word of why, and why in what the owner is told, once. */
const refused = async (agent: Identity, work: () => Promise<Answer>, why: string): Promise<void> => {
  // What was told of the same check in this interval is only counted.
  advance(2_000);
  await server.behalf.services.audit.checkpoint();
  const told = async () =>
    (await server.events('client.authentication_refused')).filter((event) => event.agent === agent.clientId);
  const before = (await told()).length;
  const starts = (await server.events('instance.started')).length;
  const { answer } = await audit.refused(work, INVALID_CLIENT);
  expect(answer.body['error_description']).toBe('client authentication failed');
  const events = (await told()).slice(before);
  expect(events.map(({ note }) => note)).toEqual([expect.stringContaining(why)]);
  expect(events[0]).toMatchObject({ error: 'invalid_client', owner: scene.accountId });
  expect((await server.events('instance.started')).length).toBe(starts);
};

describe('what is published', () => {
  test('the method, its algorithms and where challenges are', async () => {
    for (const path of ['openid-configuration', 'oauth-authorization-server']) {
      const { body } = await answerOf(await fetch(`${scene.issuer}/.well-known/${path}`));
      expect(body).toMatchObject({
        challenge_endpoint: `${scene.issuer}/challenge`,
        token_endpoint_auth_methods_supported: expect.arrayContaining(['attest_jwt_client_auth']),
        client_attestation_signing_alg_values_supported: expect.arrayContaining(['ES256', 'EdDSA']),
        client_attestation_pop_signing_alg_values_supported: expect.arrayContaining(['ES256', 'EdDSA']),
      });
      expect(body['client_attestation_signing_alg_values_supported']).not.toContain('HS256');
    }
  });

  test('a challenge, which no cache keeps', async () => {
    const answer = await post(`${scene.issuer}/challenge`, {});
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(answer.body['attestation_challenge']).toEqual(expect.stringMatching(/^[\w-]{43}$/));
    expect(answer.headers.get('oauth-client-attestation-challenge')).toBe(answer.body['attestation_challenge']);
  });
});

describe('an instance with an attested key', () => {
  test.each(['ES256', 'EdDSA', 'RS256'])(
    'authenticates by it (%s), and its first use starts an instance',
    async (alg) => {
      const agent = await attestedAgent();
      const copy = await newCopy(agent.clientId, attester, alg);
      const first = await good(ask(copy));
      const { body } = await instances.list(agent);
      const thumbprint = await calculateJwkThumbprint(copy.key.publicJwk);
      expect(body['items']).toMatchObject([
        { id: instanceOf(first), thumbprint, state: 'active', started_by: agent.clientId },
      ]);
      expect(await instances.introspect(first['access_token'])).toMatchObject({
        active: true,
        instance: instanceOf(first),
      });
      expect(instanceOf(await good(ask(copy)))).toBe(instanceOf(first));
    },
  );

  test('is the credential that was used, and the audit log names the instance', async () => {
    const agent = await attestedAgent();
    const copy = await newCopy(agent.clientId, attester);
    const token = await good(ask(copy));
    expect((await server.events('token.issued')).at(-1)).toMatchObject({
      agent: agent.clientId,
      instance: instanceOf(token),
    });
    const { body } = await scene.management.call('GET', `/agents/${agent.clientId}/credentials`);
    expect(body['items']).toContainEqual(
      expect.objectContaining({ id: agent.credential, kind: 'attested', attester: ATTESTER, last_used_at: now() }),
    );
  });

  test('CA-07 may say client_id too, which must be the subject of its attestation', async () => {
    const agent = await attestedAgent();
    const copy = await newCopy(agent.clientId, attester);
    await good(attested.token(copy, { ...own(), client_id: agent.clientId }));
    const other = await attested.token(copy, { ...own(), client_id: scene.agent.clientId });
    expect([other.status, other.body['error']]).toEqual([400, 'invalid_request']);
  });

  test('CA-08 shows one way of proof, not two (RFC 6749 §2.3)', async () => {
    const agent = await attestedAgent();
    const copy = await newCopy(agent.clientId, attester);
    const { status, body } = await scene.calls.token(scene.keyed(agent), own(), {
      headers: await attested.headers(copy),
    });
    expect([status, body['error']]).toEqual([400, 'invalid_request']);
  });

  test('gets a refresh token of its own, and no other instance can use it', async () => {
    const agent = await attestedAgent();
    const parent = await instances.authorize(agent);
    const [one, two] = [await newCopy(agent.clientId, attester), await newCopy(agent.clientId, attester)];
    const share = {
      grant_type: EXCHANGE,
      subject_token: String(parent['access_token']),
      subject_token_type: ACCESS_TOKEN_TYPE,
      requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
    };
    const mine = await good(attested.token(one, share));
    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: String(mine['access_token']),
      resource: scene.jwt.identifier,
    };
    const stolen = await attested.token(two, refresh);
    expect([stolen.status, stolen.body['error']]).toEqual([400, 'invalid_grant']);
    const next = await good(attested.token(one, refresh));
    expect(decodeJwt(String(next['access_token']))).toMatchObject({ instance: mine['instance'], sub: scene.accountId });
  });

  test('pushes a request, and the code of that needs its key', async () => {
    const agent = await attestedAgent();
    const [one, two] = [await newCopy(agent.clientId, attester), await newCopy(agent.clientId, attester)];
    const { parameters, verifier } = scene.authorizationRequest(agent, {
      scope: 'offline_access read',
      resource: [scene.jwt.identifier],
    });
    const pushed = await post(scene.calls.endpoints.par, parameters, await attested.headers(one));
    expect([pushed.status, pushed.text]).toEqual([201, pushed.text]);
    const asked = formOf({ client_id: agent.clientId, request_uri: String(pushed.body['request_uri']) });
    const left = await scene.walk(`${scene.calls.endpoints.authorization}?${asked}`);
    const redeem = {
      grant_type: 'authorization_code',
      code: scene.codeFrom(left),
      redirect_uri: REDIRECT_URI,
      code_verifier: verifier,
      resource: scene.jwt.identifier,
    };
    for (const answer of [await attested.token(two, redeem), await scene.calls.token(scene.keyed(agent), redeem)]) {
      expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);
    }
    await good(attested.token(one, redeem));
  });

  test('redeems a code for a refresh token that needs its own key, with any other credential of the agent', async () => {
    const agent = await attestedAgent();
    const [one, two] = [await newCopy(agent.clientId, attester), await newCopy(agent.clientId, attester)];
    const code = await scene.newCode(scene.jwt.identifier, 'offline_access read', agent);
    const { refresh_token: token } = await good(attested.token(one, code));
    const refresh = { grant_type: 'refresh_token', refresh_token: String(token), resource: scene.jwt.identifier };
    for (const answer of [await attested.token(two, refresh), await scene.calls.token(scene.keyed(agent), refresh)]) {
      expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);
    }
    const { refresh_token: next } = await good(attested.token(one, refresh));
    const again = { ...refresh, refresh_token: String(next) };
    expect((await attested.token(two, again)).body['error']).toBe('invalid_grant');
    await good(attested.token(one, again));
  });
});

describe('what is refused, and told to the owner alone', () => {
  const cases: readonly (readonly [string, string, (copy: AttestedCopy) => readonly [Alteration?, Alteration?]])[] = [
    ['an attestation by a stranger', 'attestation, key', (copy) => [{ key: copy.key }]],
    [
      'one by a stranger under the name of a known key',
      'signature',
      (copy) => [{ key: copy.key, header: { kid: attester.kid } }],
    ],
    ['one of another type', 'attestation, type', () => [{ header: { typ: 'jwt' } }]],
    ['one without a type', 'attestation, type', () => [{ header: { typ: undefined } }]],
    ['one that has expired', 'attestation: the token has expired', () => [{ claims: { exp: now() - 60 } }]],
    ['one that outlives what is known of ended instances', '30 days', () => [{ claims: { exp: now() + 31 * 86_400 } }]],
    ['one without an end', 'exp is missing', () => [{ claims: { exp: undefined } }]],
    ['one without a beginning', 'iat is missing', () => [{ claims: { iat: undefined } }]],
    ['one that was made in the future', 'iat lies in the future', () => [{ claims: { iat: now() + 300 } }]],
    ['one that is good later', 'nbf lies in the future', () => [{ claims: { nbf: now() + 300 } }]],
    [
      'one that names another issuer',
      'attestation, attester',
      () => [{ claims: { iss: 'https://other.example.com' } }],
    ],
    ['one without a key', 'attestation, cnf', () => [{ claims: { cnf: undefined } }]],
    ['one with a private key', 'attestation, cnf', (copy) => [{ claims: { cnf: { jwk: copy.key.privateJwk } } }]],
    [
      'one with a shared secret',
      'attestation, cnf',
      () => [{ claims: { cnf: { jwk: { kty: 'oct', k: 'c2VjcmV0' } } } }],
    ],
    [
      'one of another key than that of the proof',
      'key of cnf',
      () => [{ claims: { cnf: { jwk: attester.publicJwk } } }],
    ],
    ['a proof by another key', 'key of cnf', () => [{}, { key: attester }]],
    ['a proof of another type', 'proof: type', () => [{}, { header: { typ: 'dpop+jwt' } }]],
    ['CA-02 a proof for another server', 'audience', () => [{}, { claims: { aud: 'https://other.example.com' } }]],
    [
      'CA-02 a proof for several servers',
      'audience',
      () => [{}, { claims: { aud: [scene.issuer, 'https://other.example.com'] } }],
    ],
    ['CA-02 a proof for the token endpoint', 'audience', () => [{}, { claims: { aud: scene.calls.endpoints.token } }]],
    ['CA-02 a proof without an audience', 'audience', () => [{}, { claims: { aud: undefined } }]],
    ['a proof without an id', 'jti', () => [{}, { claims: { jti: undefined } }]],
    ['a proof with a very long id', 'jti', () => [{}, { claims: { jti: 'x'.repeat(257) } }]],
    ['a proof without a time', 'proof: iat', () => [{}, { claims: { iat: undefined } }]],
    ['a proof that is too old', 'too old', () => [{}, { claims: { iat: now() - 400 } }]],
    ['a proof that is over', 'proof: the token has expired', () => [{}, { claims: { exp: now() - 60 } }]],
    ['a proof from the future', 'proof: iat lies in the future', () => [{}, { claims: { iat: now() + 300 } }]],
    [
      'CA-12 an attestation that says where keys are',
      'header jku',
      () => [{ header: { jku: 'https://attester.example.com/keys' } }],
    ],
    ['CA-12 a proof that brings its key', 'header jwk', (copy) => [{}, { header: { jwk: copy.key.publicJwk } }]],
    ['a proof by another client', 'its iss', () => [{}, { claims: { iss: 'agt_else' } }]],
  ];

  test.each(cases)('%s', async (_, why, alter) => {
    const agent = await attestedAgent();
    const copy = await newCopy(agent.clientId, attester);
    const [of, pop] = alter(copy);
    await refused(agent, () => ask(copy, of, pop), why);
    await good(ask(copy));
  });

  test('an attestation about another agent, by an attester of that one only', async () => {
    const other = await newKeyPair();
    const agent = await attestedAgent({ jwks: { keys: [other.publicJwk] } });
    await refused(agent, async () => ask(await newCopy(agent.clientId, attester)), 'attestation, key');
    await good(ask(await newCopy(agent.clientId, other)));
    await refused(scene.agent, async () => ask(await newCopy(scene.agent.clientId, attester)), 'names no attester');
  });

  test('CA-01 algorithms none and HS256, in both tokens (RFC 8725 §3.1)', async () => {
    const agent = await attestedAgent();
    const copy = await newCopy(agent.clientId, attester);
    const right = await attested.headers(copy);
    const secret = JSON.stringify(attester.publicJwk);
    for (const [alg, signature] of [
      ['none', unsigned],
      ['HS256', hmacBy(secret)],
    ] as const) {
      const header = { alg, typ: 'oauth-client-attestation+jwt', kid: attester.kid };
      const forged = await craftedJwt(header, decodeJwt(right['OAuth-Client-Attestation']), signature);
      await refused(
        agent,
        () => post(scene.calls.endpoints.token, own(), { ...right, 'OAuth-Client-Attestation': forged }),
        'algorithm',
      );
      const typ = 'oauth-client-attestation-pop+jwt';
      const proof = await craftedJwt({ alg, typ }, decodeJwt(right['OAuth-Client-Attestation-PoP']), signature);
      await refused(
        agent,
        () => post(scene.calls.endpoints.token, own(), { ...right, 'OAuth-Client-Attestation-PoP': proof }),
        'proof: algorithm',
      );
    }
  });

  test('an attestation alone, and one that comes twice', async () => {
    const agent = await attestedAgent();
    const copy = await newCopy(agent.clientId, attester);
    const token = await attestation(copy);
    await refused(
      agent,
      () => post(scene.calls.endpoints.token, own(), { 'OAuth-Client-Attestation': token }),
      'attestation, proof: there is none',
    );
    const headers = await attested.headers(copy);
    const twice = await post(scene.calls.endpoints.token, own(), {
      ...headers,
      'OAuth-Client-Attestation': `${token}, ${token}`,
    });
    expect(twice.status).toBeGreaterThanOrEqual(400);
  });

  test('CA-04 a proof that was used before, also by requests at once', async () => {
    const agent = await attestedAgent();
    const copy = await newCopy(agent.clientId, attester);
    const headers = await attested.headers(copy);
    const send = (): Promise<Answer> => post(scene.calls.endpoints.token, own(), headers);
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(19);
    advance(2000);
    expect((await send()).body['error']).toBe('invalid_client');
    const told = (await server.events('client.authentication_refused')).filter((one) => one.agent === agent.clientId);
    expect(new Set(told.map(({ note }) => note))).toEqual(new Set(['attestation, replay: the proof was used before']));
    expect((await instances.list(agent)).body['items']).toHaveLength(1);
  });

  test('a challenge that is missing, made up or too old: another one comes with the answer', async () => {
    const agent = await attestedAgent();
    const copy = await newCopy(agent.clientId, attester);
    const old = await attested.challenge();
    advance(361_000);
    for (const challenge of [undefined, 'made-up', old]) {
      const answer = await ask(copy, {}, { claims: { challenge } });
      expect([answer.status, answer.body['error']]).toEqual([400, 'use_attestation_challenge']);
      const next = answer.headers.get('oauth-client-attestation-challenge');
      await good(ask(copy, {}, { claims: { challenge: next } }));
    }
  });
});

describe('the credential', () => {
  test('stands on the page of its agent in the console, with what the attester is called', async () => {
    const agent = await attestedAgent();
    await instances.authorize(agent);
    const page = await scene.browser.open(`${scene.issuer}/console/agents/${agent.clientId}`);
    expect(page.html).toContain(ATTESTER);
    expect(page.html).toContain('Attestation');
  });

  test('can be suspended, and removed; its instances cannot authenticate then', async () => {
    const agent = await attestedAgent();
    const copy = await newCopy(agent.clientId, attester);
    const path = `/agents/${agent.clientId}/credentials/${agent.credential}`;
    await good(ask(copy));
    await scene.management.call('POST', `${path}/suspend`);
    await refused(agent, () => ask(copy), 'names no attester');
    await scene.management.call('POST', `${path}/resume`);
    await good(ask(copy));
    expect((await scene.management.call('POST', `${path}/removal`)).status).toBe(200);
    await refused(agent, () => ask(copy), 'names no attester');
  });

  test('needs a name and keys: public ones, here or at a URL that may be fetched', async () => {
    const add = (credential: object): Promise<Answer> =>
      scene.management.call('POST', `/agents/${scene.agent.clientId}/credentials`, { kind: 'attested', ...credential });
    const jwks = { keys: [attester.publicJwk] };
    for (const [credential, field] of [
      [{ jwks }, '/attester'],
      [{ attester: ATTESTER }, '/jwks'],
      [{ attester: ATTESTER, jwks: { keys: [attester.privateJwk] } }, '/jwks/keys/0'],
      [{ attester: ATTESTER, jwks_uri: 'http://attester.example.com/keys' }, '/jwks_uri'],
      [{ attester: ATTESTER, jwks, jwks_uri: 'https://attester.example.com/keys' }, '/jwks_uri'],
    ] as const) {
      const answer = await add(credential);
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(`"${field}"`)]);
    }
  });

  test('has keys that are served, through the guard; a new one is taken up', async () => {
    const [old, next] = [await newKeyPair(), await newKeyPair()];
    let keys = [old.publicJwk];
    host.serve('/attester/keys', (response) => host.json({ keys })(response));
    const agent = await attestedAgent({ jwks: undefined, jwks_uri: `${host.origin}/attester/keys` });
    await good(ask(await newCopy(agent.clientId, old)));
    keys = [next.publicJwk];
    advance(61_000);
    await good(ask(await newCopy(agent.clientId, next)));
    await refused(agent, async () => ask(await newCopy(agent.clientId, attester)), 'attestation, key');
  });

  test('counts only as long as the blueprint allows this way', async () => {
    const call = async (method: string, path: string, body?: object, headers?: Record<string, string>) => {
      const answer = await scene.management.call(method, path, body, headers);
      if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
      return answer;
    };
    const etag = async (path: string) => ({ 'if-match': String((await call('GET', path)).headers.get('etag')) });
    const made = await call('POST', '/blueprints', {
      name: 'Attested copies',
      purpose: 'Tests',
      ceilings: { authentication_methods: ['attested'] },
    });
    const path = `/blueprints/${made.body['id']}`;
    await call('POST', `${path}/activate`, {}, await etag(path));
    const agent = await attestedAgent();
    const copy = await newCopy(agent.clientId, attester);
    const agentPath = `/agents/${agent.clientId}`;
    await call('PATCH', agentPath, { blueprint: made.body['id'] }, await etag(agentPath));
    await good(ask(copy));
    expect((await scene.calls.token(scene.keyed(agent), own())).body['error']).toBe('invalid_client');
    await call('PATCH', path, { ceilings: { authentication_methods: ['jwks'] } }, await etag(path));
    await call('POST', `${path}/activate`, {}, await etag(path));
    advance(10_000);
    expect((await ask(copy)).body['error']).toBe('invalid_client');
    await good(scene.calls.token(scene.keyed(agent), own()));
  });
});

describe('instances', () => {
  test('of one agent are as many as it may have; one that ends makes room and stays ended', async () => {
    const agent = await attestedAgent();
    const copies = await Promise.all([1, 2, 3, 4].map(() => newCopy(agent.clientId, attester)));
    const [first, , , fourth] = copies as [AttestedCopy, AttestedCopy, AttestedCopy, AttestedCopy];
    const ids = [];
    for (const copy of copies.slice(0, 3)) ids.push(instanceOf(await good(ask(copy))));
    expect(new Set(ids).size).toBe(3);
    await refused(agent, () => ask(fourth), 'as many instances as it may have');
    await instances.end(agent, String(ids[0]));
    await refused(agent, () => ask(first), 'was ended');
    await good(ask(fourth));
    await refused(agent, () => ask(first), 'was ended');
    expect(instanceOf(await good(ask(copies[1] as AttestedCopy)))).toBe(ids[1]);
  });

  test('that ends takes its refresh token with it, and leaves those of its siblings', async () => {
    const agent = await attestedAgent();
    const parent = await instances.authorize(agent);
    const share = async (copy: AttestedCopy): Promise<Answer['body']> =>
      good(
        attested.token(copy, {
          grant_type: EXCHANGE,
          subject_token: String(parent['access_token']),
          subject_token_type: ACCESS_TOKEN_TYPE,
          requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
        }),
      );
    const [one, two] = [await newCopy(agent.clientId, attester), await newCopy(agent.clientId, attester)];
    const [ofOne, ofTwo] = [await share(one), await share(two)];
    await instances.end(agent, String(ofOne['instance']));
    const refresh = (token: unknown): Parameters => ({
      grant_type: 'refresh_token',
      refresh_token: String(token),
      resource: scene.jwt.identifier,
    });
    await refused(agent, () => attested.token(one, refresh(ofOne['access_token'])), 'was ended');
    const next = await good(attested.token(two, refresh(ofTwo['access_token'])));
    expect(instanceOf(next)).toBe(ofTwo['instance']);
  });

  test('that have this key sign no client assertions with it', async () => {
    const agent = await attestedAgent();
    const copy = await newCopy(agent.clientId, attester);
    await good(ask(copy));
    const { status, body } = await scene.calls.token(scene.keyed({ clientId: agent.clientId, key: copy.key }), own());
    expect([status, body['error']]).toEqual([INVALID_CLIENT.status, INVALID_CLIENT.error]);
  });
});

test('the command line adds an attester to an agent, and removes it', async () => {
  const behalf = async (...argv: readonly string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
    const code = await runCli(['agents', ...argv], terminal, { BEHALF_DATA: server.dataFolder });
    return { code, out: out.join(''), err: err.join('') };
  };
  const agent = await scene.newAgent('Set up by hand');
  const copy = await newCopy(agent.clientId, attester);
  const file = join(server.dataFolder, 'attester.jwks.json');
  await writeFile(file, JSON.stringify({ keys: [attester.publicJwk] }));
  const allow = ['allow-attester', agent.clientId, '--attester', ATTESTER];
  expect((await behalf(...allow)).code).toBe(2);
  expect((await behalf(...allow, '--jwks-file', join(server.dataFolder, 'none.json'))).code).toBe(2);
  const allowed = await behalf(...allow, '--jwks-file', file, '--json');
  expect(allowed).toMatchObject({ code: 0, err: '' });
  const { id } = JSON.parse(allowed.out) as { readonly id: string };
  await good(ask(copy));
  const { out } = await behalf('credentials', 'list', agent.clientId);
  expect(out).toMatch(new RegExp(`${id}\\s+attested\\s+active`));
  expect(await behalf('credentials', 'suspend', agent.clientId, id)).toMatchObject({ code: 0, err: '' });
  expect((await ask(copy)).status).toBe(401);
  expect((await behalf('credentials', 'resume', agent.clientId, id)).code).toBe(0);
  await good(ask(copy));
  expect((await behalf('credentials', 'remove', agent.clientId, '--yes')).code).toBe(2);
  expect((await behalf('credentials', 'remove', agent.clientId, id, '--yes')).out).toContain('removed');
  expect((await ask(copy)).status).toBe(401);
});
