/**
 * Certificates as credentials of agents (RFC 8705): over a TLS listener of our own and from a trusted proxy, and
 * tokens bound to them. The authorities and certificates are made here.
 */
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { request as plainRequest, type RequestOptions, type Server } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NewCredential } from '../../src/domain/clients/agents/credential-fields.ts';
import { thumbprintOf } from '../../src/domain/platform/certificates/client-certificate.ts';
import { publicServer } from '../../src/public-server.ts';
import { clientAssertion, dpopProof, newKeyPair } from '../support/agent-keys.ts';
import { basic } from '../support/authzen-client.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { ACCESS_TOKEN_TYPE, type Credential, EXCHANGE, formOf, type Parameters } from '../support/oauth-calls.ts';
import { PATH as REPORTS, reportOf } from '../support/reports.ts';
import { type FeedMessage, names } from '../support/revocation-reader.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

type Pair = { readonly cert: string; readonly key: string };
type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

const PROXY = '127.0.0.2';
const HEADER = 'X-Proxied-Cert';
const BY = { caller: 'system' };

let authority: LocalAuthority;
let stranger: LocalAuthority;
let server: RunningServer;
let scene: Scene;
let tls: Server;
let ca: string;

beforeAll(async () => {
  [authority, stranger] = await Promise.all([localAuthority(), localAuthority()]);
  server = await runServer({
    environment: {
      BEHALF__LISTEN__CLIENTCERTIFICATES__AUTHORITIESFILE: authority.caFile,
      BEHALF__LISTEN__CLIENTCERTIFICATES__HEADER: HEADER,
      BEHALF__LISTEN__TRUSTEDPROXIES: JSON.stringify([PROXY]),
    },
  });
  scene = await makeScene(server);
  const own = await authority.certificateFor('DNS:localhost');
  const files = { certificateFile: join(server.dataFolder, 'tls.pem'), keyFile: join(server.dataFolder, 'tls.key') };
  await writeFile(files.certificateFile, own.cert);
  await writeFile(files.keyFile, own.key);
  const clientCertificates = { request: true, authoritiesFile: authority.caFile };
  tls = publicServer({ tls: files, clientCertificates }, server.behalf);
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  ca = await readFile(authority.caFile, 'utf8');
});

afterAll(async () => {
  tls.closeAllConnections();
  await new Promise<void>((resolve) => tls.close(() => resolve()));
  await server.close();
  await Promise.all([authority.remove(), stranger.remove()]);
});

const send = (over: typeof plainRequest | typeof tlsRequest, options: RequestOptions, body?: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = over({ host: '127.0.0.1', agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = /json/.test(response.headers['content-type'] ?? '');
        resolve({ status: response.statusCode ?? 0, body: isJson && text !== '' ? JSON.parse(text) : {} });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** To our TLS listener, with this certificate or without one. */
const overTls = async (pair: Pair | undefined, path: string, parameters: Parameters, headers = {}): Promise<Answer> => {
  const { port } = tls.address() as AddressInfo;
  const trust = { ca, servername: 'localhost' };
  const options = { port, path, method: 'POST', headers: { ...FORM, ...headers }, ...trust, ...pair };
  return send(tlsRequest, options, formOf(parameters).toString());
};

/** In plain, as a proxy would, from this address. */
const fromAddress = (localAddress: string, headers: object, parameters: Parameters): Promise<Answer> =>
  send(
    plainRequest,
    { port: server.port, path: '/token', method: 'POST', localAddress, headers: { ...FORM, ...headers } },
    formOf(parameters).toString(),
  );

const ownToken = (clientId: string, more: Parameters = {}): Parameters => ({
  grant_type: 'client_credentials',
  resource: scene.jwt.identifier,
  scope: 'read',
  client_id: clientId,
  ...more,
});

const agentWith = async (credential: Omit<NewCredential, 'kind'> & Record<string, unknown>, more: object = {}) => {
  const agent = await scene.newAgent('With a certificate');
  if (Object.keys(more).length > 0) {
    const found = await server.behalf.services.agents.get(agent.clientId);
    await server.behalf.services.agents.update(agent.clientId, found?.version ?? 0, more, BY);
  }
  await server.behalf.services.credentials.add(agent.clientId, { kind: 'mtls', ...credential } as NewCredential, BY);
  return agent;
};

const LEAF = 'DNS:agent.example.com,email:agent@example.com,IP:192.0.2.7,URI:https://agent.example.com/a';
const SUBJECT = '/C=DE/O=Example, Inc./CN=Agent';

describe('tls_client_auth: a name in a certificate of an authority', () => {
  test.each([
    ['subject', { subjectDn: String.raw`CN=Agent,O=Example\, Inc.,C=DE` }, { subjectDn: 'CN=Agent,O=Example,C=DE' }],
    ['DNS name', { sanDns: 'AGENT.example.com' }, { sanDns: 'example.com' }],
    ['URI', { sanUri: 'https://agent.example.com/a' }, { sanUri: 'https://agent.example.com/' }],
    ['e-mail address', { sanEmail: 'agent@example.com' }, { sanEmail: 'gent@example.com' }],
    ['IP address', { sanIp: '192.0.2.7' }, { sanIp: '192.0.2.70' }],
  ])('proves the agent by its %s, and no other agent (RFC 8705 §2.1)', async (_, right, wrong) => {
    const pair = await authority.certificateFor(LEAF, SUBJECT);
    const [good, other] = [await agentWith(right), await agentWith(wrong)];
    expect(await overTls(pair, '/token', ownToken(good.clientId))).toMatchObject({ status: 200 });
    const refused = await overTls(pair, '/token', ownToken(other.clientId));
    expect([refused.status, refused.body['error']]).toEqual([401, 'invalid_client']);
    expect(JSON.stringify(refused.body)).not.toContain('registered one');
  });

  test('is refused without a certificate, with one of a stranger of the same name, and without a credential', async () => {
    const agent = await agentWith({ sanDns: 'agent.example.com' });
    const pair = await authority.certificateFor(LEAF);
    for (const [shown, clientId] of [
      [undefined, agent.clientId],
      [await stranger.certificateFor(LEAF), agent.clientId],
      [pair, scene.agent.clientId],
    ] as const) {
      const { status, body } = await overTls(shown, '/token', ownToken(clientId));
      expect([status, body['error']]).toEqual([401, 'invalid_client']);
    }
    expect((await overTls(pair, '/token', ownToken(agent.clientId))).status).toBe(200);
  });

  test('CA-08 refuses no second way of proof beside it, and the certificate proves nothing beside a wrong one', async () => {
    const agent = await agentWith({ sanDns: 'agent.example.com' });
    const pair = await authority.certificateFor(LEAF);
    const assertion = await clientAssertion(agent, 'https://elsewhere.example.com');
    const wrong = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
    expect((await overTls(pair, '/token', ownToken(agent.clientId, wrong))).status).toBe(401);
    expect((await overTls(pair, '/token', ownToken(agent.clientId, { client_secret: 'guess' }))).status).toBe(401);
  });

  test('a suspended credential proves nothing', async () => {
    const agent = await agentWith({ sanDns: 'agent.example.com' });
    const pair = await authority.certificateFor(LEAF);
    const found = await server.behalf.services.agents.get(agent.clientId);
    const [credential] = found?.document.credentials ?? [];
    await server.behalf.services.credentials.suspend(agent.clientId, credential?.id ?? '', BY);
    expect((await overTls(pair, '/token', ownToken(agent.clientId))).status).toBe(401);
  });
});

describe('X.509-SVID', () => {
  const rule = { spiffeTrustDomain: 'prod.example.com', spiffePath: { like: '/ns/*/sa/booker' } };

  test.each([
    ['URI:spiffe://prod.example.com/ns/travel/sa/booker', 200],
    ['URI:spiffe://prod.example.com/ns/travel/sa/booker2', 401],
    ['URI:spiffe://prod.example.com/ns/a/b/sa/booker', 401],
    ['URI:spiffe://test.example.com/ns/travel/sa/booker', 401],
    ['URI:spiffe://prod.example.com/ns/travel/sa/booker,URI:https://prod.example.com', 401],
    ['URI:https://prod.example.com/ns/travel/sa/booker', 401],
  ])('with %s is answered %i, by trust domain and path', async (names, status) => {
    const agent = await agentWith(rule);
    expect((await overTls(await authority.certificateFor(names), '/token', ownToken(agent.clientId))).status).toBe(
      status,
    );
  });

  test('of the right name and a strange authority is refused', async () => {
    const agent = await agentWith(rule);
    const pair = await stranger.certificateFor('URI:spiffe://prod.example.com/ns/travel/sa/booker');
    expect((await overTls(pair, '/token', ownToken(agent.clientId))).status).toBe(401);
  });
});

describe('self_signed_tls_client_auth: certificates known by themselves', () => {
  test('prove the agent without any authority, and another one of the same names does not (RFC 8705 §2.2)', async () => {
    const [pair, twin] = [await stranger.certificateFor(LEAF), await stranger.certificateFor(LEAF)];
    const agent = await agentWith({ certificates: [pair.cert] });
    expect((await overTls(pair, '/token', ownToken(agent.clientId))).status).toBe(200);
    expect((await overTls(twin, '/token', ownToken(agent.clientId))).status).toBe(401);
    const stored = await server.behalf.services.agents.get(agent.clientId);
    expect(stored?.document.credentials).toMatchObject([
      { kind: 'mtls', thumbprints: [thumbprintOf(new X509Certificate(pair.cert))] },
    ]);
  });

  test('are registered over the API, which shows how they are known', async () => {
    const pair = await stranger.certificateFor(LEAF);
    const { clientId } = await scene.newAgent('Over the API');
    const path = `/agents/${clientId}/credentials`;
    const added = await scene.management.call('POST', path, { kind: 'mtls', certificates: [pair.cert] });
    expect([added.status, added.body]).toMatchObject([
      200,
      { kind: 'mtls', thumbprints: [thumbprintOf(new X509Certificate(pair.cert))] },
    ]);
    const svid = { kind: 'mtls', spiffe_trust_domain: 'prod.example.com', spiffe_path: { equals: '/booker' } };
    expect((await scene.management.call('POST', path, svid)).body).toMatchObject(svid);
    expect((await scene.management.call('POST', path, { kind: 'mtls' })).status).toBe(400);
    expect((await overTls(pair, '/token', ownToken(clientId))).status).toBe(200);
  });

  test.each([
    ['nothing to know it by', {}],
    ['two ways to know it by', { sanDns: 'a.example.com', sanIp: '192.0.2.7' }],
    ['a pattern of DNS names', { sanDns: '*.example.com' }],
    ['a subject that is none', { subjectDn: 'Agent' }],
    ['no certificate', { certificates: ['-----BEGIN CERTIFICATE-----'] }],
    ['a trust domain without a path', { spiffeTrustDomain: 'prod.example.com' }],
    ['thumbprints from outside', { thumbprints: ['a'.repeat(43)] }],
  ])('is not registered with %s', async (_, credential) => {
    await expect(agentWith(credential)).rejects.toMatchObject({ code: 'invalid_field' });
  });
});

describe('clients and resource servers', () => {
  const introspect = async (clientId: string, pair: Pair | undefined, token: string): Promise<Answer> =>
    overTls(pair, '/token/introspection', { client_id: clientId, token });

  /** As a resource server asks, with the id and no password (AuthZEN). */
  const asApi = (id: string, pair: Pair | undefined, path: string, body?: object): Promise<Answer> => {
    const { port } = tls.address() as AddressInfo;
    const headers = { 'content-type': 'application/json', authorization: basic(id, '') };
    const method = body === undefined ? 'GET' : 'POST';
    const options = { port, path, method, headers, ca, servername: 'localhost' };
    return send(tlsRequest, { ...options, ...pair }, body && JSON.stringify(body));
  };
  const ask = (id: string, pair: Pair | undefined): Promise<Answer> =>
    asApi(id, pair, '/access/v1/evaluation', {
      subject: { type: 'agent', id: 'x' },
      action: { name: 'read' },
      resource: { type: 'a', id: 'b' },
    });

  test('a back end proves itself by a name in its certificate, has its tokens bound, and may get another name', async () => {
    const [pair, wrong] = [
      await authority.certificateFor(LEAF),
      await authority.certificateFor('DNS:other.example.com'),
    ];
    const made = await scene.management.createClient({
      name: 'Back end',
      token_endpoint_auth_method: 'tls_client_auth',
      certificate: { san_dns: 'agent.example.com' },
      certificate_bound_access_tokens: true,
      grant_types: ['client_credentials'],
      authority: { [scene.jwt.identifier]: ['read'] },
    });
    expect(made).toMatchObject({
      certificate: { san_dns: 'agent.example.com' },
      certificate_bound_access_tokens: true,
    });
    expect(made).not.toHaveProperty('client_secret');
    const good = await overTls(pair, '/token', ownToken(made.id));
    expect(good.status).toBe(200);
    const shown = await scene.calls.introspect(scene.jwt.credential, String(good.body['access_token']));
    expect(shown.body).toMatchObject({ cnf: { 'x5t#S256': thumbprintOf(new X509Certificate(pair.cert)) } });
    const stranger401 = await stranger.certificateFor(LEAF);
    for (const [other, more] of [
      [wrong, {}],
      [stranger401, {}],
      [undefined, {}],
      [pair, { client_secret: 'guess' }],
    ] as const) {
      const refused = await overTls(other, '/token', ownToken(made.id, more));
      expect([refused.status, refused.body['error']]).toEqual([401, 'invalid_client']);
      expect(refused.body['error_description']).toBe('client authentication failed');
    }
    const { headers } = await scene.management.call('GET', `/clients/${made.id}`);
    const change = { certificate: { san_dns: 'other.example.com' } };
    const etag = { 'if-match': String(headers.get('etag')) };
    expect((await scene.management.call('PATCH', `/clients/${made.id}`, change, etag)).status).toBe(200);
    expect((await overTls(wrong, '/token', ownToken(made.id))).status).toBe(200);
    expect((await overTls(pair, '/token', ownToken(made.id))).status).toBe(401);
  });

  test('a resource server introspects with a certificate of its own, self-signed or by its SPIFFE ID', async () => {
    const token = String((await scene.calls.token(scene.keyed(scene.agent), ownToken('x'))).body['access_token']);
    const own = await stranger.certificateFor(LEAF);
    const svid = await authority.certificateFor('URI:spiffe://prod.example.com/ns/files/sa/api');
    const scopes = [{ name: 'read', description: 'See', risk: 'low' }];
    for (const [name, method, certificate, pair, other] of [
      ['self', 'self_signed_tls_client_auth', { certificates: [own.cert] }, own, svid],
      [
        'svid',
        'tls_client_auth',
        { spiffe_trust_domain: 'prod.example.com', spiffe_path: { like: '/ns/*/sa/api' } },
        svid,
        own,
      ],
    ] as const) {
      const made = await scene.management.createResourceServer({
        identifier: `https://${name}.example.com`,
        name,
        scopes,
        introspection_auth_method: method,
        certificate,
      });
      expect(await introspect(made.id, pair, token)).toEqual({ status: 200, body: { active: false } });
      expect(await ask(made.id, pair)).toMatchObject({ status: 200, body: { decision: false } });
      expect([(await ask(made.id, other)).status, (await ask(made.id, undefined)).status]).toEqual([401, 401]);
      expect((await introspect(made.id, other, token)).status).toBe(401);
      expect((await introspect(made.id, undefined, token)).status).toBe(401);
    }
  });

  const newApi = async (name: string, certificate: string) => {
    const identifier = `https://${name}.example.com`;
    const { id } = await scene.management.createResourceServer({
      ...{ identifier, name, access_token_format: 'jwt', permissions: ['reports:write'] },
      scopes: [{ name: 'read', description: 'See', risk: 'low' }],
      introspection_auth_method: 'self_signed_tls_client_auth',
      certificate: { certificates: [certificate] },
    });
    const made = await scene.management.createClient({
      ...{ name: `Caller of ${name}`, token_endpoint_auth_method: 'client_secret_basic' },
      ...{ grant_types: ['client_credentials'], authority: { [identifier]: ['read'] } },
    });
    const caller: Credential = { kind: 'basic', clientId: made.id, secret: String(made['client_secret']) };
    const asked = { grant_type: 'client_credentials', resource: identifier };
    const token = String((await scene.calls.token(caller, asked)).body['access_token']);
    return { id, caller, token };
  };

  test('a resource server reports with a certificate of its own; with another one, or none, nothing is recorded', async () => {
    const [own, other] = [await stranger.certificateFor(LEAF), await stranger.certificateFor(LEAF)];
    const { id, token } = await newApi('reporting', own.cert);
    const stated = async () => (await server.events('report.stated')).filter(({ caller }) => caller === id);
    const report = (pair: Pair | undefined) => asApi(id, pair, REPORTS, { reports: [reportOf(token)] });
    for (const pair of [other, undefined]) {
      expect((await report(pair)).status).toBe(401);
      expect(await stated()).toEqual([]);
    }
    expect(await report(own)).toMatchObject({ status: 200, body: { results: [{ status: 'recorded' }] } });
    expect(await stated()).toMatchObject([{ outcome: 'done', resource: 'https://reporting.example.com' }]);
  });

  test('a resource server reads the revocation feed with a certificate of its own, and learns of a revocation', async () => {
    const [own, other] = [await stranger.certificateFor(LEAF), await stranger.certificateFor(LEAF)];
    const { id, caller, token } = await newApi('reading', own.cert);
    const poll = (pair: Pair | undefined, query = '') => asApi(id, pair, `/access/v1/revocations${query}`);
    expect([(await poll(other)).status, (await poll(undefined)).status]).toEqual([401, 401]);
    const first = (await poll(own)).body as FeedMessage;
    const key = String(first.start?.digest_key);
    const after = `?${new URLSearchParams({ after: first.cursor, wait: '4' })}`;
    const [heard] = await Promise.all([poll(own, after), scene.calls.revoke(caller, token)]);
    expect([first.all, heard.status]).toEqual([true, 200]);
    expect(names(heard.body as FeedMessage, key, token)).toBe(true);
  });

  test.each([
    ['a certificate without the method', { certificate: { san_dns: 'a.example.com' } }],
    ['the method without a certificate', { token_endpoint_auth_method: 'tls_client_auth' }],
    [
      'certificates where a name is needed',
      { token_endpoint_auth_method: 'tls_client_auth', certificate: { certificates: ['-----BEGIN CERTIFICATE-----'] } },
    ],
    [
      'a name where certificates are needed',
      { token_endpoint_auth_method: 'self_signed_tls_client_auth', certificate: { san_dns: 'a.example.com' } },
    ],
    [
      'two names',
      {
        token_endpoint_auth_method: 'tls_client_auth',
        certificate: { san_dns: 'a.example.com', san_ip: '192.0.2.7' },
      },
    ],
    [
      'thumbprints from outside',
      { token_endpoint_auth_method: 'tls_client_auth', certificate: { thumbprints: ['a'.repeat(43)] } },
    ],
  ])('are not registered with %s', async (_, members) => {
    const { status, body } = await scene.management.call('POST', '/clients', {
      name: 'Back end',
      grant_types: ['client_credentials'],
      ...members,
    });
    expect([status, JSON.stringify(body['errors'])]).toEqual([400, expect.stringContaining('/certificate')]);
  });
});

describe('a certificate in a header', () => {
  const pem = (cert: string) => ({ [HEADER]: encodeURIComponent(cert) });
  const binary = (cert: string) => ({ [HEADER]: `:${new X509Certificate(cert).raw.toString('base64')}:` });

  test('CA-15 counts from the configured proxy only (RFC 9700 §4.13)', async () => {
    const agent = await agentWith({ sanDns: 'agent.example.com' });
    const { cert } = await authority.certificateFor(LEAF);
    for (const headers of [pem(cert), binary(cert)]) {
      expect(await fromAddress(PROXY, headers, ownToken(agent.clientId))).toMatchObject({ status: 200 });
      const refused = await fromAddress('127.0.0.3', headers, ownToken(agent.clientId));
      expect([refused.status, refused.body['error']]).toEqual([401, 'invalid_client']);
    }
  });

  test('CA-15 of a stranger, damaged, twice, or under another name is refused from the proxy as well', async () => {
    const agent = await agentWith({ sanDns: 'agent.example.com' });
    const { cert } = await authority.certificateFor(LEAF);
    for (const headers of [
      pem((await stranger.certificateFor(LEAF)).cert),
      { [HEADER]: 'x' },
      { [HEADER]: [encodeURIComponent(cert), encodeURIComponent(cert)] },
      { 'X-Client-Cert': encodeURIComponent(cert) },
      {},
    ]) {
      expect((await fromAddress(PROXY, headers, ownToken(agent.clientId))).status).toBe(401);
    }
  });

  test('CA-15 sent over our TLS listener with another certificate is not looked at', async () => {
    const agent = await agentWith({ sanDns: 'agent.example.com' });
    const { cert } = await authority.certificateFor(LEAF);
    const other = await authority.certificateFor('DNS:other.example.com');
    expect((await overTls(other, '/token', ownToken(agent.clientId), pem(cert))).status).toBe(401);
  });
});

describe('tokens bound to a certificate', () => {
  const bound = { certificateBoundAccessTokens: true };

  test('carry its thumbprint, and introspection shows it (RFC 8705 §3.1, §3.2)', async () => {
    const pair = await authority.certificateFor(LEAF);
    const agent = await agentWith({ sanDns: 'agent.example.com' }, bound);
    const x5t = thumbprintOf(new X509Certificate(pair.cert));
    for (const at of [scene.jwt, scene.opaque]) {
      const { body } = await overTls(pair, '/token', ownToken(agent.clientId, { resource: at.identifier }));
      const shown = await scene.calls.introspect(at.credential, String(body['access_token']));
      expect(shown.body).toMatchObject({ active: true, cnf: { 'x5t#S256': x5t }, token_type: 'Bearer' });
    }
  });

  test('are not made without a certificate, nor with a DPoP key beside it', async () => {
    const agent = await agentWith({ sanDns: 'agent.example.com' }, bound);
    const proven = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await clientAssertion(agent, server.issuer),
    };
    const without = await overTls(undefined, '/token', ownToken(agent.clientId, proven));
    expect([without.status, without.body['error']]).toEqual([400, 'invalid_grant']);
    const dpop = await dpopProof(await newKeyPair(), { method: 'POST', url: `${server.issuer}/token` });
    const both = await overTls(await authority.certificateFor(LEAF), '/token', ownToken(agent.clientId), { dpop });
    expect([both.status, both.body['error']]).toEqual([400, 'invalid_request']);
  });

  test('cannot be asked for together with DPoP', async () => {
    await expect(
      agentWith({ sanDns: 'agent.example.com' }, { ...bound, dpopBoundAccessTokens: true }),
    ).rejects.toMatchObject({ code: 'invalid_field' });
  });

  test('are refreshed and exchanged with the certificate only, and never loosened (RFC 8693 §2.1)', async () => {
    const [pair, another] = [await authority.certificateFor(LEAF), await authority.certificateFor(LEAF)];
    const agent = await agentWith({ sanDns: 'agent.example.com' }, bound);
    const code = await scene.newCode(scene.jwt.identifier, 'offline_access read write', agent);
    const first = await overTls(pair, '/token', { client_id: agent.clientId, ...code });
    expect(first.status).toBe(200);
    const exchange = (shown: Pair): Promise<Answer> =>
      overTls(shown, '/token', {
        client_id: agent.clientId,
        grant_type: EXCHANGE,
        subject_token: String(first.body['access_token']),
        subject_token_type: ACCESS_TOKEN_TYPE,
        resource: scene.opaque.identifier,
      });
    const refused = await exchange(another);
    expect([refused.status, refused.body['denial']]).toMatchObject([400, { reason: 'subject_token_proof_missing' }]);
    const exchanged = await exchange(pair);
    expect(exchanged.status).toBe(200);
    const shown = await scene.calls.introspect(scene.opaque.credential, String(exchanged.body['access_token']));
    const x5t = thumbprintOf(new X509Certificate(pair.cert));
    expect(shown.body).toMatchObject({ active: true, cnf: { 'x5t#S256': x5t } });

    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: String(first.body['refresh_token']),
      resource: scene.jwt.identifier,
    };
    const proven = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await clientAssertion(agent, server.issuer),
    };
    const without = await overTls(undefined, '/token', { client_id: agent.clientId, ...refresh, ...proven });
    expect([without.status, without.body['error']]).toEqual([400, 'invalid_grant']);
    const refreshed = await overTls(pair, '/token', { client_id: agent.clientId, ...refresh });
    expect([refreshed.status, refreshed.body['error_description']]).toEqual([200, undefined]);
    const again = await scene.calls.introspect(scene.jwt.credential, String(refreshed.body['access_token']));
    expect(again.body).toMatchObject({ active: true, cnf: { 'x5t#S256': x5t } });

    // The refresh token of a confidential client is not replaced (decision D10), and belongs to no single certificate.
    expect(refreshed.body['refresh_token']).toBe(refresh.refresh_token);
    const renewed = await overTls(another, '/token', { client_id: agent.clientId, ...refresh });
    expect([renewed.status, renewed.body['refresh_token']]).toEqual([200, refresh.refresh_token]);
  });

  test('stay what they are under policies that came later: bound, and from a sign-in', async () => {
    const pair = await authority.certificateFor(LEAF);
    const agent = await agentWith({ sanDns: 'agent.example.com' }, bound);
    const code = await scene.newCode(scene.jwt.identifier, 'read', agent);
    const { body } = await overTls(pair, '/token', { client_id: agent.clientId, ...code });
    const { management } = scene;
    const before = await management.call('GET', '/policy-sets/active');
    const activate = async (version: unknown): Promise<void> => {
      const path = `/policy-sets/${String(version)}`;
      const { headers } = await management.call('GET', path);
      const done = await management.call('POST', `${path}/activation`, {}, { 'if-match': String(headers.get('etag')) });
      expect(done.status).toBe(200);
    };
    const drafted = await management.call('POST', '/policy-sets', {
      text: `${String(before.body['text'])}
@id("bound-and-signed-in")
forbid (principal is Agent, action == Action::"act", resource)
unless { context.bound && context has assurance };`,
    });
    await activate(drafted.body['version']);
    const shown = await scene.calls.introspect(scene.jwt.credential, String(body['access_token']));
    await activate(before.body['version']);
    expect(shown.body).toMatchObject({ active: true });
  });

  test('are announced, with the ways of proof, where certificates can come (RFC 8705 §3.3)', async () => {
    const metadata = (await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()) as object;
    expect(metadata).toMatchObject({
      tls_client_certificate_bound_access_tokens: true,
      token_endpoint_auth_methods_supported: expect.arrayContaining(['tls_client_auth', 'self_signed_tls_client_auth']),
    });
  });
});
