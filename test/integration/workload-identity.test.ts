import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CLIENT_ASSERTION_TYPE, newKeyPair } from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type Answer, answerOf, DEVICE_CODE, post } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import {
  type Claims,
  type IssuerHost,
  issuerHost,
  newPlatformKey,
  PLATFORMS,
  type Platform,
  type PlatformKey,
  signToken,
} from '../support/workload-platforms.ts';

let authority: LocalAuthority;
let host: IssuerHost;
let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let logged: string[] = [];
let count = 0;

const environment = (): Record<string, string> => ({
  ...COUNT_EACH_SECOND,
  ...internalHosts({ trustedIssuers: host.host }),
  BEHALF_EGRESS_CA_FILE: authority.caFile,
  BEHALF__EGRESS__REQUESTSPERHOSTPERMINUTE: '200',
  BEHALF__LOG__LEVEL: 'info',
});

beforeAll(async () => {
  authority = await localAuthority();
  host = await issuerHost(authority);
  stopClock();
  server = await runServer({ environment: environment(), log: (line) => logged.push(line) });
  scene = await makeScene(server);
  audit = auditWatch(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
  await authority?.remove();
});
beforeEach(() => {
  host.asked.length = 0;
  logged = [];
  advance(61_000);
});

const now = (): number => Math.floor(Date.now() / 1000);
const INVALID_CLIENT = { status: 401, error: 'invalid_client' };

type World = {
  readonly agent: string;
  readonly issuerId: string;
  readonly issuer: string;
  readonly key: PlatformKey;
  readonly keys: object[];
  readonly token: (claims?: Claims, key?: PlatformKey, header?: Record<string, unknown>) => Promise<string>;
};

const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  scene.management.call(method, path, body, headers);

const made = async (path: string, body: object): Promise<Record<string, unknown>> => {
  const answer = await call('POST', path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};

const newAgent = async (credential: object, more: object = {}): Promise<string> => {
  count += 1;
  const agent = await scene.management.createAgent({
    name: `Planner ${count}`,
    owner: scene.accountId,
    purpose: 'Plans',
    environment: 'test',
    grant_types: ['client_credentials'],
    authority: { [scene.jwt.identifier]: ['read'] },
    credentials: [credential],
    ...more,
  });
  return agent.id;
};

/** An issuer of its own, trusted, and an agent with a rule for its tokens. */
const newWorld = async (platform: Platform, more: object = {}): Promise<World> => {
  count += 1;
  const key = await newPlatformKey(`key-${count}`, platform.alg);
  const keys: object[] = [key.publicJwk];
  const issuer = host.issuer(`/${count}${platform.path}`, () => keys);
  const trusted = await made('/trusted-issuers', {
    name: `Issuer ${count}`,
    template: platform.template,
    issuer,
    ...more,
  });
  const agent = await newAgent({
    kind: 'federated',
    issuer: trusted['id'],
    subject: platform.subject,
    claims: platform.rules,
  });
  return {
    agent,
    issuerId: String(trusted['id']),
    issuer,
    key,
    keys,
    token: (claims = {}, by = key, header = {}) =>
      signToken({ ...platform.claims(issuer, server.issuer, now()), ...claims }, by, { ...platform.header, ...header }),
  };
};

const kubernetes = PLATFORMS['Kubernetes service account'] as Platform;
const github = PLATFORMS['GitHub Actions, old sub'] as Platform;

const shows = (token: string, clientId: string | undefined, more: Record<string, string> = {}): Promise<Answer> =>
  post(scene.calls.endpoints.token, {
    grant_type: 'client_credentials',
    resource: scene.jwt.identifier,
    client_assertion_type: CLIENT_ASSERTION_TYPE,
    client_assertion: token,
    ...(clientId === undefined ? {} : { client_id: clientId }),
    ...more,
  });

/** Refused without a reason for the caller; the owner is notified once which check it was, never of the token. */
const refused = async (agent: string, token: string, check: string | RegExp): Promise<void> => {
  // What was told of the same check in this interval is only counted.
  advance(2_000);
  await server.behalf.services.audit.checkpoint();
  const before = (await server.events('client.authentication_refused')).length;
  const { answer } = await audit.refused(() => shows(token, agent), INVALID_CLIENT);
  expect(answer.body['error_description']).toBe('client authentication failed');
  const events = (await server.events('client.authentication_refused'))
    .slice(before)
    .filter((one) => one.agent === agent);
  expect(events.map(({ note }) => note)).toEqual([expect.stringMatching(check)]);
  expect(events[0]).toMatchObject({ error: 'invalid_client', owner: scene.accountId });
  expect(JSON.stringify(events)).not.toContain(token.split('.')[1]);
};

describe.each(Object.entries(PLATFORMS))('%s', (_name, platform) => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld(platform);
  });

  test('a token as the platform makes it authenticates the agent, named or not', async () => {
    const token = await world.token();
    await audit.issued(() => shows(token, world.agent));
    // Platforms hand out the same token until it is renewed.
    const { answer } = await audit.issued(() => shows(token, undefined));
    const introspected = await scene.calls.introspect(scene.jwt.credential, String(answer.body['access_token']));
    expect(introspected.body).toMatchObject({ active: true, client_id: world.agent, sub: world.agent });
  });

  test.each(platform.altered)('FW-04 is refused when the claim of a rule is altered: %s %j', async (claim, change) => {
    await refused(
      world.agent,
      await world.token(change),
      claim === 'sub' ? /^workload token, subject:/ : `claim ${claim}`,
    );
  });

  test.each([
    ['iss', { iss: 'https://localhost:1/other' }, /issuer:/],
    ['aud', { aud: 'https://elsewhere.example' }, /audience:/],
    ['aud, among others', { aud: ['https://elsewhere.example', 'OURS'] }, /audience:/],
    ['aud, none', { aud: undefined }, /audience:/],
    ['sub, none', { sub: undefined }, /subject:/],
    ['sub, a list', { sub: ['x'] }, /subject:/],
    ['exp', { exp: 1 }, /time:/],
    ['exp, none', { exp: undefined }, /time:/],
    ['exp, a text', { exp: '99999999999' }, /time:/],
    ['iat, none', { iat: undefined }, /time:/],
    ['iat, ahead', { iat: 99_999_999_998 }, /time:/],
    ['nbf, ahead', { nbf: 99_999_999_998 }, /time:/],
    ['iat, too old', { iat: 'OLD' }, /time:/],
  ])('is refused for %s', async (_what, change: Claims, check) => {
    const claims = JSON.parse(
      JSON.stringify(change, (_, value) =>
        value === 'OURS' ? server.issuer : value === 'OLD' ? now() - 4000 : value === undefined ? null : value,
      ),
    ) as Claims;
    for (const [name, value] of Object.entries(claims)) if (value === null) claims[name] = undefined;
    await refused(world.agent, await world.token(claims), check);
  });
});

describe('FW-01 key confusion', () => {
  test('FW-01 a token that issuer A signs in the name of issuer B, under the same kid, is refused', async () => {
    const [one, other] = [await newWorld(kubernetes), await newWorld(kubernetes)];
    const impostor = { ...one.key, kid: other.key.kid };
    await audit.issued(async () => shows(await one.token(), one.agent));
    await audit.issued(async () => shows(await other.token(), other.agent));
    await refused(other.agent, await other.token({}, impostor), /signature:/);
    await refused(other.agent, await other.token({}, one.key), /key: the issuer has no such key/);
    // The token of A is good, and is A's: the agent of B has no rule for it.
    await refused(other.agent, await one.token(), /issuer:/);
  });

  test('FW-01 another algorithm than that of the key, none, and HMAC with the public key are refused', async () => {
    const world = await newWorld(kubernetes);
    const [, body = ''] = (await world.token()).split('.');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const alg of ['none', 'HS256', 'None', 'ES256K', 7, ['RS256']]) {
      await refused(
        world.agent,
        `${part({ alg, kid: world.key.kid })}.${body}.${alg === 'none' ? '' : 'AAAA'}`,
        /algorithm:/,
      );
    }
    await refused(world.agent, `${part({ alg: 'ES256', kid: world.key.kid })}.${body}.AAAA`, /key:/);
  });

  test.each(['jku', 'jwk', 'x5u', 'x5c', 'zip'])(
    'CA-12 the header %s is refused, and nothing is fetched for it',
    async (name) => {
      const world = await newWorld(kubernetes);
      await refused(world.agent, await world.token({}, world.key, { [name]: 'https://localhost/x' }), /form:/);
      expect(host.asked).toEqual([]);
    },
  );

  test('CA-03 a token of another type is refused', async () => {
    const world = await newWorld(kubernetes);
    for (const typ of ['at+jwt', 'logout+jwt', 'dpop+jwt', 'application/at+jwt']) {
      await refused(world.agent, await world.token({}, world.key, { typ }), /type:/);
    }
  });
});

test('FW-02 an issuer that one server trusts is unknown to another in the same process, though its keys are known here', async () => {
  const world = await newWorld(kubernetes);
  await audit.issued(async () => shows(await world.token(), world.agent));
  const other = await runServer({ environment: environment() });
  try {
    const theirs = await makeScene(other);
    const claims = { aud: other.issuer };
    const answer = await post(theirs.calls.endpoints.token, {
      grant_type: 'client_credentials',
      resource: theirs.jwt.identifier,
      client_id: theirs.agent.clientId,
      client_assertion_type: CLIENT_ASSERTION_TYPE,
      client_assertion: await world.token(claims),
    });
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(
      await theirs.management.call('POST', '/workload-identity/test', { token: await world.token(claims) }),
    ).toMatchObject({
      body: { good: false, failed: { check: 'issuer' } },
    });
  } finally {
    await other.close();
  }
});

describe('FW-03 issuers are compared character by character (RFC 8414 §3.3)', () => {
  test('FW-03 path, slash, case, port, user name and query variants of iss are refused', async () => {
    const world = await newWorld(kubernetes);
    await audit.issued(async () => shows(await world.token(), world.agent));
    const { issuer } = world;
    const variants = [
      `${issuer}/`,
      issuer.slice(0, -1),
      issuer.toUpperCase().replace('HTTPS', 'https'),
      issuer.replace('https://', 'https://user@'),
      issuer.replace('localhost', 'LOCALHOST'),
      issuer.replace('localhost', 'localhost.'),
      issuer.replace('localhost', 'xn--localhost'),
      issuer.replace(/:\d+/, ':443'),
      `${issuer}?x`,
      `${issuer}#x`,
      ` ${issuer}`,
    ];
    for (const iss of variants.filter((one) => one.startsWith('https://'))) {
      await refused(world.agent, await world.token({ iss }), /issuer:/);
    }
  });

  test('FW-03 a discovery document of another issuer is not believed', async () => {
    const world = await newWorld(kubernetes);
    const path = new URL(world.issuer).pathname;
    host.serve(
      `${path}/.well-known/openid-configuration`,
      host.json({ issuer: `${world.issuer}/`, jwks_uri: `${host.origin}${path}/jwks` }),
    );
    await refused(world.agent, await world.token(), /key: .*another issuer/);
    expect(host.asked).toEqual([`${path}/.well-known/openid-configuration`]);
  });

  test.each([
    'http://issuer.example',
    'https://issuer.example/?a=b',
    'https://issuer.example/#a',
    'https://user@issuer.example/',
    'https://ISSUER.example/',
    'https://issuer.example:443/',
    'https://issuer.example/a/../b',
    'issuer.example',
  ])('FW-03 %s is not taken as an issuer', async (issuer) => {
    const answer = await call('POST', '/trusted-issuers', { name: 'X', template: 'generic', issuer });
    expect([answer.status, answer.text.includes('"/issuer"')]).toEqual([400, true]);
  });

  test.each(['https://10.0.0.1/', 'https://localhost/x', 'https://169.254.169.254/', 'https://issuer.example:8443/'])(
    'FW-08 SF-01 keys of %s are not fetched unless the configuration names it',
    async (issuer) => {
      for (const source of [{}, { jwks_uri: `${issuer}jwks` }]) {
        const answer = await call('POST', '/trusted-issuers', { name: 'X', template: 'generic', issuer, ...source });
        expect(answer.status).toBe(400);
      }
      expect(host.asked).toEqual([]);
    },
  );
});

test('FW-04 a rule on the subject is needed, and what it says is checked', async () => {
  const world = await newWorld(github);
  const add = async (body: object): Promise<number> =>
    (await call('POST', `/agents/${world.agent}/credentials`, { kind: 'federated', issuer: world.issuerId, ...body }))
      .status;
  expect(await add({})).toBe(400);
  expect(await add({ subject: {} })).toBe(400);
  expect(await add({ subject: { like: '*' } })).toBe(400);
  expect(await add({ subject: { like: 'repo:x/*', equals: 'a' } })).toBe(400);
  expect(await add({ subject: { equals: 'repo:x/y:pull_request' }, claims: { ref: 'main' } })).toBe(400);
  expect(await add({ subject: { equals: 'repo:x/y:pull_request' }, issuer: 'tis_unknown' })).toBe(400);
  expect(await add({ subject: { equals: 'repo:x/y:pull_request' } })).toBe(200);
});

describe('FW-05 keys that cannot be had', () => {
  test('FW-05 the last good ones are used up to their greatest age, then none are', async () => {
    const world = await newWorld(kubernetes, { max_key_age_seconds: 900 });
    await audit.issued(async () => shows(await world.token(), world.agent));
    const path = `${new URL(world.issuer).pathname}/jwks`;
    host.serve(path, (response) => void response.writeHead(503).end());
    advance(600_000);
    await audit.issued(async () => shows(await world.token(), world.agent));
    const shown = await call('GET', `/trusted-issuers/${world.issuerId}`);
    expect(shown.body['keys']).toMatchObject({ state: 'unhealthy', reason: expect.stringContaining('status 503') });
    advance(280_000);
    await audit.issued(async () => shows(await world.token(), world.agent));
    advance(20_000);
    await refused(world.agent, await world.token(), /key: the keys of the issuer cannot be had/);
    host.serve(path, host.json({ keys: world.keys }));
    advance(61_000);
    await audit.issued(async () => shows(await world.token(), world.agent));
  });

  test('FW-05 for an unknown kid they are fetched anew, at most every 30 seconds, however many ask at once', async () => {
    const world = await newWorld(kubernetes);
    await audit.issued(async () => shows(await world.token(), world.agent));
    advance(31_000);
    host.asked.length = 0;
    const strangers = await Promise.all(
      Array.from({ length: 20 }, async (_, one) => newPlatformKey(`stranger-${one}`, 'ES256')),
    );
    const answers = await Promise.all(strangers.map(async (key) => shows(await world.token({}, key), world.agent)));
    expect(answers.map(({ status }) => status)).toEqual(strangers.map(() => 401));
    for (const key of strangers.slice(0, 5))
      expect((await shows(await world.token({}, key), world.agent)).status).toBe(401);
    expect(host.asked.filter((path) => path.endsWith('/jwks'))).toHaveLength(1);
    const next = await newPlatformKey('next');
    world.keys.push(next.publicJwk);
    advance(31_000);
    await audit.issued(async () => shows(await world.token({}, next), world.agent));
    expect(host.asked.filter((path) => path.endsWith('/jwks'))).toHaveLength(2);
  });
});

describe('FW-06 a key that its issuer has taken out', () => {
  test('FW-06 is refused within ten minutes by itself', async () => {
    const world = await newWorld(kubernetes);
    await audit.issued(async () => shows(await world.token(), world.agent));
    world.keys.splice(0, 1, (await newPlatformKey('other')).publicJwk);
    advance(280_000);
    await audit.issued(async () => shows(await world.token(), world.agent));
    advance(20_000);
    await refused(world.agent, await world.token(), /key: the issuer has no such key/);
  });

  test('FW-06 is refused at once after a purge, however fresh it was', async () => {
    const world = await newWorld(kubernetes);
    await audit.issued(async () => shows(await world.token(), world.agent));
    world.keys.splice(0, 1, (await newPlatformKey('other')).publicJwk);
    const purged = await call('POST', `/trusted-issuers/${world.issuerId}/purge-keys`);
    expect(purged.status).toBe(200);
    await refused(world.agent, await world.token(), /key: the issuer has no such key/);
    expect(await server.events('trusted_issuer.keys_purged')).toHaveLength(1);
  });
});

describe('FW-07 a hostile key set', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({ kty: 'EC', kid: `k${index}` }));
  test.each([
    ['10 000 keys', async () => ({ keys: many }), /too_large/],
    ['51 keys', async () => ({ keys: many.slice(0, 51) }), /more than 50/],
    [
      'private keys',
      async (key: PlatformKey) => ({ keys: [key.publicJwk, (await newKeyPair()).privateJwk] }),
      /secret part/,
    ],
    [
      'symmetric keys',
      async (key: PlatformKey) => ({ keys: [{ ...key.publicJwk, kty: 'oct', k: 'AAAA' }] }),
      /secret part/,
    ],
    [
      'a kid twice',
      async (key: PlatformKey) => ({ keys: [key.publicJwk, { ...(await newPlatformKey(key.kid)).publicJwk }] }),
      /same kid/,
    ],
    ['no set', async () => [], /no JWK Set/],
    ['5 MB', async () => ({ keys: [], padding: 'x'.repeat(5_000_000) }), /too_large/],
  ] as const)('FW-07 %s is refused, and the issuer marked', async (_what, jwks, reason) => {
    const world = await newWorld(kubernetes);
    host.serve(`${new URL(world.issuer).pathname}/jwks`, host.json(await jwks(world.key)));
    await refused(world.agent, await world.token(), /key: the keys of the issuer cannot be had/);
    const shown = await call('GET', `/trusted-issuers/${world.issuerId}`);
    expect(shown.body['keys']).toMatchObject({ state: 'unhealthy', reason: expect.stringMatching(reason) });
  });

  test.each([
    ['HTML', 200, { 'content-type': 'text/html' }, '<html>', /type_not_accepted/],
    [
      'compressed',
      200,
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      'x',
      /encoding_not_accepted/,
    ],
    ['a redirect', 302, { location: 'https://localhost/x' }, '', /redirected/],
  ])('FW-07 %s is refused', async (_what, status, headers, body, reason) => {
    const world = await newWorld(kubernetes);
    const path = `${new URL(world.issuer).pathname}/jwks`;
    host.serve(path, (response) => void response.writeHead(status, headers).end(body));
    await refused(world.agent, await world.token(), reason);
    expect(host.asked.filter((one) => one === path)).toHaveLength(1);
  });
});

describe('what else decides', () => {
  test('the token is accepted wherever a client authenticates: PAR, device authorization, introspection and revocation', async () => {
    const world = await newWorld(kubernetes);
    const agent = await newAgent(
      { kind: 'federated', issuer: world.issuerId, subject: { equals: 'system:serviceaccount:agents:web' } },
      { redirect_uris: ['https://app.example.com/callback'], grant_types: ['authorization_code', DEVICE_CODE] },
    );
    const endpoints = (await answerOf(await fetch(`${server.issuer}/.well-known/openid-configuration`))).body;
    const sends = async (endpoint: string, more: Record<string, string>, sub: string): Promise<Answer> =>
      post(String(endpoints[endpoint]), {
        client_id: agent,
        client_assertion_type: CLIENT_ASSERTION_TYPE,
        client_assertion: await world.token({ sub }),
        ...more,
      });
    const { challenge } = newPkce();
    const calls = [
      [
        'pushed_authorization_request_endpoint',
        201,
        {
          response_type: 'code',
          redirect_uri: 'https://app.example.com/callback',
          scope: 'openid',
          code_challenge: challenge,
          code_challenge_method: 'S256',
        },
      ],
      ['device_authorization_endpoint', 200, { scope: 'openid' }],
      ['introspection_endpoint', 200, { token: 'unknown' }],
      ['revocation_endpoint', 200, { token: 'unknown' }],
    ] as const;
    for (const [endpoint, status, parameters] of calls) {
      const good = await sends(endpoint, parameters, 'system:serviceaccount:agents:web');
      expect([endpoint, good.status]).toEqual([endpoint, status]);
      const bad = await sends(endpoint, parameters, 'system:serviceaccount:agents:other');
      expect([endpoint, bad.status, bad.body['error']]).toEqual([endpoint, 401, 'invalid_client']);
    }
  });

  test('keys that are pinned are used, and nothing is fetched', async () => {
    const key = await newPlatformKey('pinned');
    const issuer = 'https://kubernetes.default.svc.cluster.local';
    const trusted = await made('/trusted-issuers', {
      name: 'In the cluster',
      template: 'kubernetes',
      issuer,
      jwks: { keys: [key.publicJwk] },
    });
    const agent = await newAgent({ kind: 'federated', issuer: trusted['id'], subject: kubernetes.subject });
    const token = await signToken(kubernetes.claims(issuer, server.issuer, now()), key);
    await audit.issued(() => shows(token, agent));
    expect(host.asked).toEqual([]);
    expect((await call('POST', `/trusted-issuers/${trusted['id']}/disable`)).status).toBe(200);
    await refused(agent, token, /issuer: this issuer is not trusted any more/);
  });

  test('a token that was verified before is refused once its key is replaced under the same kid, and once it is over', async () => {
    const key = await newPlatformKey('rotated');
    const issuer = 'https://kubernetes.rotated.svc.cluster.local';
    const jwks = { keys: [key.publicJwk] };
    const trusted = await made('/trusted-issuers', { name: 'Rotates', template: 'kubernetes', issuer, jwks });
    const agent = await newAgent({ kind: 'federated', issuer: trusted['id'], subject: kubernetes.subject });
    const token = await signToken(kubernetes.claims(issuer, server.issuer, now()), key);
    for (let time = 0; time < 3; time += 1) await audit.issued(() => shows(token, agent));
    const setKeys = async (keys: object): Promise<void> => {
      const path = `/trusted-issuers/${trusted['id']}`;
      const etag = (await call('GET', path)).headers.get('etag') ?? '';
      expect((await call('PATCH', path, { jwks: keys }, { 'if-match': etag })).status).toBe(200);
    };
    await setKeys({ keys: [(await newPlatformKey('rotated')).publicJwk] });
    await refused(agent, token, /signature: the signature is not of this key/);
    await setKeys(jwks);
    await audit.issued(() => shows(token, agent));
    advance(4_000_000);
    await refused(agent, token, /time: /);
  });

  test('a token with a jti works once when the issuer is so configured', async () => {
    const world = await newWorld(kubernetes, { one_time_tokens: true });
    const token = await world.token();
    await audit.issued(() => shows(token, world.agent));
    await refused(world.agent, token, /only be used once/);
    await audit.issued(async () => shows(await world.token(), world.agent));
  });

  test('an audience of its own is compared as exactly', async () => {
    const world = await newWorld(kubernetes, { audience: 'api://behalf' });
    await refused(world.agent, await world.token(), /audience:/);
    await audit.issued(async () => shows(await world.token({ aud: 'api://behalf' }), world.agent));
  });

  test('of two agents a token fits neither is chosen: its holder says which it is', async () => {
    const world = await newWorld(kubernetes);
    const second = await newAgent({ kind: 'federated', issuer: world.issuerId, subject: kubernetes.subject });
    const token = await world.token();
    await audit.refused(() => shows(token, undefined), INVALID_CLIENT);
    await audit.issued(() => shows(token, second));
    const answer = await call('POST', '/workload-identity/test', { token });
    expect(answer.body).toMatchObject({ good: true, needs_client_id: true });
    await made(`/agents/${second}/suspend`, {});
    await audit.issued(() => shows(token, undefined));
  });

  test('an app is not authenticated by a workload token, and neither is an agent by that of an unknown workload', async () => {
    const world = await newWorld(kubernetes);
    const token = await world.token();
    await audit.refused(() => shows(token, scene.app.clientId), INVALID_CLIENT);
    await audit.refused(() => shows(token, scene.agent.clientId), INVALID_CLIENT);
    await audit.refused(
      async () => shows(await world.token({ sub: 'system:serviceaccount:x:y' }), undefined),
      INVALID_CLIENT,
    );
  });

  test.each([undefined, 'the agent'])(
    'a token beside a second client_assertion is refused as a doubled parameter (RFC 6749 §3.2), with client_id %s',
    async (named) => {
      const world = await newWorld(kubernetes);
      const token = await world.token();
      const { endpoints } = scene.calls;
      const answer = await post(endpoints.token, {
        grant_type: 'client_credentials',
        client_assertion_type: CLIENT_ASSERTION_TYPE,
        client_assertion: [token, 'another'],
        ...(named === undefined ? {} : { client_id: world.agent }),
      });
      expect([answer.status, answer.body['error'], answer.body['error_description']]).toEqual([
        400,
        'invalid_request',
        "'client_assertion' parameter must not be provided twice",
      ]);
    },
  );

  test('a forged copy of the assertion that we pass to oidc-provider authenticates no client', async () => {
    const world = await newWorld(kubernetes);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const times = { iat: now(), exp: now() + 60, jti: 'x' };
    const forged = `${part({ alg: 'EdDSA', kid: 'workload' })}.${part({ iss: world.agent, sub: world.agent, aud: server.issuer, ...times })}.AAAA`;
    await audit.refused(() => shows(forged, world.agent), INVALID_CLIENT);
  });

  test('a credential that is stopped, removed or over proves nothing; the others do', async () => {
    const world = await newWorld(kubernetes);
    const list = async (): Promise<readonly Record<string, unknown>[]> =>
      (await call('GET', `/agents/${world.agent}/credentials`)).body['items'] as never;
    const [first] = await list();
    const path = `/agents/${world.agent}/credentials/${first?.['id']}`;
    await audit.issued(async () => shows(await world.token(), world.agent));
    expect((await list())[0]).toMatchObject({ kind: 'federated', state: 'active', last_used_at: now() });
    await made(`${path}/suspend`, {});
    await refused(world.agent, await world.token(), /issuer: no usable credential/);
    await made(`${path}/resume`, {});
    await audit.issued(async () => shows(await world.token(), world.agent));
    await made(`/agents/${world.agent}/credentials`, {
      kind: 'federated',
      issuer: world.issuerId,
      subject: { equals: 'system:serviceaccount:agents:second' },
      expires_at: now() + 100,
    });
    const second = { sub: 'system:serviceaccount:agents:second' };
    await audit.issued(async () => shows(await world.token(second), world.agent));
    await made(`${path}/removal`, {});
    await refused(world.agent, await world.token(), /subject:/);
    advance(100_000);
    await refused(world.agent, await world.token(second), /issuer: no usable credential/);
    const types = (await server.events()).filter(({ agent }) => agent === world.agent).map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining(['credential.suspended', 'credential.resumed', 'credential.added', 'credential.removed']),
    );
  });

  test('a token is named nowhere in the log', async () => {
    const world = await newWorld(kubernetes);
    const token = await world.token();
    await call('POST', '/workload-identity/test', { token });
    await shows(token, world.agent);
    await shows(`${token}x`, world.agent);
    expect(logged.join('\n')).not.toContain(token.slice(0, 40));
    expect(logged.join('\n')).not.toContain(token.split('.')[1]);
  });
});
