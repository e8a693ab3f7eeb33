import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CLIENT_ASSERTION_TYPE,
  clientAssertion,
  type Identity,
  type KeyPair,
  newKeyPair,
} from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { type Answer, post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

let authority: LocalAuthority;
let origin: string;
let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let asked: string[] = [];
let served: (response: ServerResponse) => void;
let logged: string[] = [];
let path = 0;

beforeAll(async () => {
  authority = await localAuthority();
  const keys = await authority.serve((request, response) => {
    asked.push(String(request.url));
    served(response);
  });
  origin = keys.origin;
  stopClock();
  server = await runServer({
    environment: {
      ...COUNT_EACH_SECOND,
      ...internalHosts({ clientKeys: keys.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      BEHALF__EGRESS__REQUESTSPERHOSTPERMINUTE: '20',
    },
    log: (line) => logged.push(line),
  });
  scene = await makeScene(server);
  audit = auditWatch(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
  await authority?.remove();
});
beforeEach(() => {
  asked = [];
  logged = [];
  // Budgets count by the minute.
  advance(61_000);
});

const serve = (...keys: readonly (KeyPair | object)[]): void => {
  const jwks = { keys: keys.map((key) => ('publicJwk' in key ? key.publicJwk : key)) };
  served = (response) =>
    void response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify(jwks));
};

/** Under a URL of its own, so that nothing is known of it. */
const registered = async (kind: 'agent' | 'client', key: KeyPair): Promise<Identity & { readonly url: string }> => {
  path += 1;
  const url = `${origin}/${kind}-${path}.json`;
  const common = { name: `By URL ${path}`, jwks_uri: url, grant_types: ['client_credentials'] };
  const authorityOf = { [scene.jwt.identifier]: ['read'] };
  const made =
    kind === 'agent'
      ? await scene.management.createAgent({
          ...common,
          owner: scene.accountId,
          purpose: 'Serves its keys itself',
          environment: 'test',
          authority: authorityOf,
        })
      : await scene.management.createClient({
          ...common,
          token_endpoint_auth_method: 'private_key_jwt',
          authority: authorityOf,
        });
  expect(made['jwks_uri']).toBe(url);
  expect(made['jwks']).toBeUndefined();
  return { clientId: made.id, key, url };
};

const asks = async (identity: Identity, key = identity.key): Promise<Answer> =>
  post(scene.calls.endpoints.token, {
    grant_type: 'client_credentials',
    resource: scene.jwt.identifier,
    client_assertion_type: CLIENT_ASSERTION_TYPE,
    client_assertion: await clientAssertion({ ...identity, key }, server.issuer),
  });

const INVALID_CLIENT = { status: 401, error: 'invalid_client' };

/** A refusal whose check only the owner is told. */
const refusedFor = async (identity: Identity, note: RegExp, key = identity.key): Promise<void> => {
  const toldNow = async () =>
    (await server.events('client.authentication_refused')).filter(
      // Those that were only counted come with the end of an interval.
      ({ target, request }) => target?.id === identity.clientId && request !== undefined,
    );
  const before = (await toldNow()).length;
  const { answer } = await audit.refused(() => asks(identity, key), INVALID_CLIENT);
  expect(answer.text).not.toMatch(/jwks|fetch|key|status|address/i);
  const told = (await toldNow()).slice(before);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ error: 'invalid_client', target: { id: identity.clientId }, count: 1 });
  expect(told[0]?.note).toMatch(note);
  if (identity.clientId.startsWith('agt_')) {
    expect(told[0]).toMatchObject({ agent: identity.clientId, owner: scene.accountId });
  }
};

describe.each(['agent', 'client'] as const)('%s that serves its keys', (kind) => {
  test('authenticates with them; they are fetched once, and not before they are needed', async () => {
    const identity = await registered(kind, await newKeyPair());
    serve(identity.key);
    expect(asked).toEqual([]);
    await audit.issued(() => asks(identity));
    await audit.issued(() => asks(identity));
    expect(asked).toEqual([new URL(identity.url).pathname]);
  });

  test('changes its key without a word: an unknown kid is looked for, twice a minute at most', async () => {
    const identity = await registered(kind, await newKeyPair());
    const next = await newKeyPair();
    serve(identity.key);
    await audit.issued(() => asks(identity));
    serve(next);
    // Too soon after the last time.
    await refusedFor(identity, /no applicable key/, next);
    advance(30_000);
    await audit.issued(() => asks(identity, next));
    expect(asked).toHaveLength(2);
    await refusedFor(identity, /no applicable key/);
    for (let count = 0; count < 5; count += 1) expect((await asks(identity)).status).toBe(401);
    expect(asked).toHaveLength(2);
  });

  test('is refused with a key of the same kid that signs otherwise', async () => {
    const identity = await registered(kind, await newKeyPair());
    serve(identity.key);
    const other = { ...(await newKeyPair()), kid: identity.key.kid };
    await refusedFor(identity, /signature verification failed/, other);
    await audit.issued(() => asks(identity));
  });

  test('SF-10 is refused when they cannot be fetched; only the owner is notified why', async () => {
    const identity = await registered(kind, await newKeyPair());
    served = (response) => void response.writeHead(500).end('inside');
    await refusedFor(identity, /^keys at jwks_uri: status_not_ok: status 500$/);
    expect(logged.filter((line) => line.includes('egress.failed'))).toHaveLength(1);
    expect(logged.join('\n')).not.toContain('inside');
    serve(identity.key);
    // SF-07: a failure is remembered.
    expect((await asks(identity)).status).toBe(401);
    expect(asked).toHaveLength(1);
    advance(60_000);
    await audit.issued(() => asks(identity));
  });
});

describe('what is served', () => {
  test.each([
    ['a set with a private key', async (key: KeyPair) => [key, (await newKeyPair()).privateJwk], /secret part/],
    [
      'a set without a usable key',
      async () => [{ kty: 'oct' }, { kty: 'EC', crv: 'secp256k1' }],
      /no key that can be used/,
    ],
    ['a set of too many keys', async () => Array.from({ length: 51 }, () => ({ kty: 'EC' })), /more than 50/],
  ] as const)('is refused as %s', async (_what, keys, note) => {
    const identity = await registered('agent', await newKeyPair());
    serve(...(await keys(identity.key)));
    await refusedFor(identity, note);
  });

  test('is a set in which other keys are passed over (RFC 7517 §5)', async () => {
    const identity = await registered('agent', await newKeyPair());
    const odd = [
      { kty: 'XYZ', kid: 'x' },
      { kty: 'RSA', kid: 'y', n: 'AQ', e: 'AQAB' },
      { kty: 'EC', use: 'enc', kid: 'z' },
    ];
    serve(...odd, identity.key);
    await audit.issued(() => asks(identity));
  });

  test.each([
    ['no JSON', '{"keys":', /not JSON/],
    ['a byte order mark', '\uFEFF{"keys":[]}', /not JSON/],
    ['a member twice', '{"keys":[],"keys":[]}', /twice/],
    ['__proto__', '{"__proto__":{},"keys":[]}', /__proto__/],
    ['depth', `{"keys":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, /deep/],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
    ['no set', '[]', /no JWK Set/],
  ])('SF-08 is refused for %s', async (_what, body, note) => {
    const identity = await registered('agent', await newKeyPair());
    served = (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    await refusedFor(identity, note);
  });

  test('SF-03 is not looked for where a redirect leads', async () => {
    const identity = await registered('agent', await newKeyPair());
    served = (response) => void response.writeHead(302, { location: `${origin}/elsewhere` }).end();
    await refusedFor(identity, /redirected/);
    expect(asked).toHaveLength(1);
  });
});

describe('when the server has fetched enough', () => {
  test('SF-07 it says so, and that it is to be tried again: the client has done nothing wrong', async () => {
    served = (response) => void response.writeHead(500).end();
    const many = await Promise.all(Array.from({ length: 20 }, async () => registered('agent', await newKeyPair())));
    for (const one of many) await asks(one);
    const identity = await registered('agent', await newKeyPair());
    serve(identity.key);
    const answer = await asks(identity);
    expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(asked).toHaveLength(20);
    const told = (await server.events('client.authentication_refused')).filter(
      ({ agent }) => agent === identity.clientId,
    );
    expect(told[0]).toMatchObject({ note: 'keys at jwks_uri: over_budget: host' });
    advance(61_000);
    await audit.issued(() => asks(identity));
  });
});

test('SF-06 a server whose way out cannot be made as it is configured does not start', async () => {
  const environment = { BEHALF_EGRESS_CA_FILE: '/nowhere/authorities.pem' };
  await expect(runServer({ environment })).rejects.toThrow('egress.caFile');
});

describe('registration', () => {
  const management = () => managementFromKeyFile(server.administratorKeyFile);
  const agent = (more: object) => ({
    name: 'Planner',
    owner: scene.accountId,
    purpose: 'Plans',
    environment: 'test',
    ...more,
  });

  test.each([
    [{ jwks_uri: 'http://keys.example.com/' }, '/jwks_uri'],
    [{ jwks_uri: 'https://keys.example.com:8443/' }, '/jwks_uri'],
    [{ jwks_uri: 'https://user@keys.example.com/' }, '/jwks_uri'],
    [{ jwks_uri: 'https://10.0.0.1/' }, '/jwks_uri'],
    [{ jwks_uri: 'https://2130706433/' }, '/jwks_uri'],
    [{ jwks_uri: `https://${['metadata', 'google', 'internal'].join('.')}/` }, '/jwks_uri'],
    [{ jwks_uri: 'https://localhost/' }, '/jwks_uri'],
    [{ jwks_uri: 'https://keys.example.com/', jwks: { keys: [] } }, '/jwks_uri'],
    [{}, '/jwks'],
  ])('SF-01 SF-09 refuses %j, without a request', async (more, field) => {
    const { call } = await management();
    const answer = await call('POST', '/agents', agent(more));
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(`"${field}"`);
    expect(asked).toEqual([]);
  });

  test('SF-01 a URL of keys beside a secret is checked as any other, and asked for nothing', async () => {
    const { call } = await management();
    const client = (jwks_uri: string) => ({ name: 'Web', redirect_uris: ['https://web.example/'], jwks_uri });
    const refused = await call('POST', '/clients', client('http://localhost/keys'));
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('"/jwks_uri"');
    expect((await call('POST', '/clients', client('https://keys.example.com/'))).status).toBe(201);
    expect(asked).toEqual([]);
  });

  test('a change from keys to a URL and back leaves one of them', async () => {
    const { call, createAgent } = await management();
    const { publicJwk } = await newKeyPair();
    const made = await createAgent(agent({ jwks: { keys: [publicJwk] } }));
    const change = async (body: object): Promise<Answer['body']> => {
      const { headers } = await call('GET', `/agents/${made.id}`);
      const answer = await call('PATCH', `/agents/${made.id}`, body, { 'if-match': String(headers.get('etag')) });
      expect(answer.status).toBe(200);
      return answer.body;
    };
    const byUrl = await change({ jwks_uri: `${origin}/x` });
    expect([byUrl['jwks_uri'], byUrl['jwks']]).toEqual([`${origin}/x`, undefined]);
    expect((await change({ name: 'Other' }))['jwks_uri']).toBe(`${origin}/x`);
    const again = await change({ jwks: { keys: [publicJwk] } });
    expect([again['jwks_uri'], again['jwks']]).toEqual([undefined, { keys: [publicJwk] }]);
  });
});
