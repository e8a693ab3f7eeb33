/** The settings of a gateway: each problem names its member and a remedy. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { isConfigurationError } from '../../config/problem.ts';
import { loadGatewayConfiguration } from '../../src/gateway/configuration/load.ts';
import { createGateway } from '../../src/gateway/gateway.ts';

const RIGHT = {
  issuer: 'https://id.example.com',
  resource: 'https://notes.example.com',
  upstream: { url: 'http://127.0.0.1:4000' },
};

const load = (settings: unknown, files: Readonly<Record<string, string>> = {}) =>
  loadGatewayConfiguration('/etc/gateway.json', (path) => {
    const text = path === '/etc/gateway.json' ? JSON.stringify(settings) : files[path];
    if (text === undefined) throw Object.assign(new Error('none'), { code: 'ENOENT' });
    return text;
  });

const problemsOf = (settings: unknown, files = {}): readonly string[] => {
  try {
    load(settings, files);
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    return error.problems.map(({ pointer, message, suggestion }) => `${pointer}: ${message} ${suggestion ?? ''}`);
  }
  return [];
};

describe('defaults', () => {
  test('are safe: nothing passes, the upstream gets neither token nor cookie', () => {
    const { routes, others, upstream, listen, limits } = load(RIGHT);
    expect({ routes, others, upstream, listen, limits }).toMatchObject({
      routes: [],
      others: 'refuse',
      upstream: { token: 'none', cookies: false },
      listen: { host: '127.0.0.1', port: 8080 },
      limits: { bodyBytes: 1_048_576, upstreamSeconds: 30 },
    });
  });
});

test('files of a credential are relative to the configuration file', () => {
  const settings = { ...RIGHT, credential: { clientId: 'rs_1', clientSecretFile: 'secret' } };
  expect(load(settings, { '/etc/secret': 'abc\n' }).credential).toEqual({ clientId: 'rs_1', clientSecret: 'abc' });
});

test('files of a certificate are relative to the configuration file', () => {
  const tls = { certificateFile: 'c.pem', keyFile: '/keys/k.pem' };
  const { listen } = load({ ...RIGHT, listen: { tls } });
  expect(listen.tls).toEqual({ certificateFile: '/etc/c.pem', keyFile: '/keys/k.pem' });
});

test('a certificate that cannot be used is a problem of its setting', () => {
  const configuration = load({ ...RIGHT, listen: { tls: { certificateFile: 'none.pem', keyFile: 'none.pem' } } });
  const create = () => createGateway(configuration, { log: () => undefined, nowMillis: () => 0 });
  expect(create).toThrow('/listen/tls: /etc/none.pem, which listen.tls.certificateFile names, cannot be read');
});

test.each([
  [{}, '/issuer: This is missing. URL of the authorization server, exactly as in the tokens.'],
  [{ ...RIGHT, isuer: 'x' }, '/isuer: There is no such setting. Did you mean issuer?'],
  [
    { ...RIGHT, issuer: 'http://id.example.com' },
    '/issuer: This is no safe URL. Give a URL with https, or with http on loopback.',
  ],
  [
    { ...RIGHT, upstream: { url: 'http://127.0.0.1:4000/api' } },
    '/upstream/url: This is no origin. Give scheme, host and port without a path, such as http://127.0.0.1:4000.',
  ],
  [
    { ...RIGHT, limits: { bodyBytes: -1 } },
    '/limits/bodyBytes: This must be at least 0. Give a number from 0 to 67108864.',
  ],
  [{ ...RIGHT, others: 'allow' }, '/others: This must be one of refuse, token. '],
  [
    { ...RIGHT, routes: [{ path: '/a', scope: 'x' }] },
    '/routes/0/scope: There is no such setting. Did you mean scopes?',
  ],
  [
    { ...RIGHT, routes: [{ path: '/a/../b' }] },
    '/routes/0/path: No request can have this path: the path has a dot segment. Write the path as clients send it.',
  ],
  [{ ...RIGHT, routes: [{ path: '/%61' }] }, '/routes/0/path: This path is not in its normal form. Write /a.'],
  [
    { ...RIGHT, routes: [{ path: '/a/*/b' }] },
    '/routes/0/path: This is no path pattern. A segment is a text, :name, or at the end *.',
  ],
  [
    { ...RIGHT, routes: [{ path: '/a' }, { path: '/A/' }] },
    '/routes/1/path: Route 0 names the same requests. Servers may ignore case and a slash at the end. Remove one, or give both other methods.',
  ],
  [
    { ...RIGHT, routes: [{ path: '/a/:x', methods: ['GET'] }, { path: '/a/:y' }] },
    '/routes/1/path: Route 0 names the same requests. Servers may ignore case and a slash at the end. Remove one, or give both other methods.',
  ],
  [
    { ...RIGHT, routes: [{ path: '/a', public: true, scopes: ['x'] }] },
    '/routes/0/public: A public route has scopes. Remove public, or the scopes.',
  ],
  [
    { ...RIGHT, mcp: { path: '/mcp', authzen: true, otherTools: 'token' } },
    '/mcp/authzen: There is nothing to ask about. Give scopes or details, or an action and a resource.',
  ],
  [
    { ...RIGHT, mcp: { path: '/mcp', scopes: ['x'], details: [{ type: 'payment', members: { amount: '/amount' } }] } },
    '/mcp/details: There is no such setting. Remove it. Here are path, scopes, actor, acrValues, maxAge, senderConstrained, authzen, live, tools, otherTools, methods, toolChanges, toolPinsFile, sessionKeyFile.',
  ],
  [
    { ...RIGHT, routes: [{ path: '/a', live: true }] },
    '/routes/0/live: This needs a credential. Add credential, or leave this out.',
  ],
  [
    { ...RIGHT, tokens: { revocationFeed: true } },
    '/tokens/revocationFeed: This needs a credential. Add credential, or leave this out.',
  ],
  [
    { ...RIGHT, tokens: { revocationFeed: true, statusList: true } },
    '/tokens/statusList: The revocation feed hears of each end sooner. Leave one of the two out.',
  ],
  [
    { ...RIGHT, credential: { clientId: 'rs_1' } },
    '/credential: The credential has none or both files. Give privateKeyFile or clientSecretFile.',
  ],
  [
    { ...RIGHT, credential: { clientId: 'rs_1', privateKeyFile: 'none.jwk' } },
    '/credential/privateKeyFile: The file /etc/none.jwk cannot be used: there is no such file. Check its path and its mode.',
  ],
  [
    { ...RIGHT, decisions: { host: '10.0.0.1' } },
    '/decisions/secretFile: Any host in the network could ask. Add secretFile, or listen on 127.0.0.1 or at a socket.',
  ],
  [
    { ...RIGHT, decisions: { secretFile: 'none' } },
    '/decisions/secretFile: The file /etc/none cannot be used: there is no such file. Check its path and its mode.',
  ],
  [
    {
      ...RIGHT,
      decisions: {},
      routes: [{ path: '/a' }, { path: '/pay', details: [{ type: 'payment', members: { amount: '/amount' } }] }],
    },
    '/routes/1/details: A proxy that asks at decisions sends no content, so each of its requests here would be refused. Remove details, or give the route to a gateway without decisions, which forwards by itself.',
  ],
  [
    { ...RIGHT, decisions: {}, mcp: { path: '/mcp' } },
    '/mcp: A proxy that asks at decisions sends no content, so each message would be refused. Give the MCP server a gateway without decisions, which forwards by itself.',
  ],
  [
    {
      ...RIGHT,
      decisions: {},
      upstream: { ...RIGHT.upstream, token: 'exchange' },
      exchange: { clientId: 'agt_1', privateKeyFile: 'k', resource: 'https://storage.example.com' },
    },
    '/approvals/waitSeconds: An exchange would wait for people, and a proxy that asks waits a few seconds only. Give 0. The proxy then refuses the request at once.',
  ],
])('%j: %s', (settings, problem) => {
  expect(problemsOf(settings)).toContain(problem);
});

test('a file with two members of one name is refused', () => {
  expect(() => loadGatewayConfiguration('/g.json', () => '{"others":"refuse","others":"token"}')).toThrow(
    'An object names a member twice.',
  );
});

test('a secret of a proxy that is too short is refused', () => {
  const file = JSON.stringify({ ...RIGHT, decisions: { host: '10.0.0.1', secretFile: 'secret' } });
  const read = (secret: string) => (path: string) => (path.endsWith('secret') ? `${secret}\n` : file);
  expect(() => loadGatewayConfiguration('/g.json', read('short'))).toThrow('/decisions/secretFile');
  expect(loadGatewayConfiguration('/g.json', read('s'.repeat(32))).decisions?.secret).toBe('s'.repeat(32));
});

test('a key of sessions that is too short is refused', () => {
  const settings = { ...RIGHT, mcp: { path: '/mcp', sessionKeyFile: 'key' } };
  expect(problemsOf(settings, { '/etc/key': 'short' })).toEqual([
    '/mcp/sessionKeyFile: The file /etc/key cannot be used: a secret here has at least 32 characters. Give another file.',
  ]);
  expect(load(settings, { '/etc/key': 's'.repeat(32) }).mcp?.sessionKey).toBe('s'.repeat(32));
});

test.each([
  ['\n', 'it is empty'],
  ['one\ntwo', 'a secret is one line of printable ASCII'],
])('a client secret of %j is refused', (text, why) => {
  const settings = { ...RIGHT, credential: { clientId: 'rs_1', clientSecretFile: 'secret' } };
  expect(problemsOf(settings, { '/etc/secret': text })).toEqual([
    `/credential/clientSecretFile: The file /etc/secret cannot be used: ${why}. Give another file.`,
  ]);
});

test('all files that cannot be used are named at once', () => {
  const settings = {
    ...RIGHT,
    upstream: { ...RIGHT.upstream, token: 'exchange' },
    credential: { clientId: 'rs_1', clientSecretFile: 'secret' },
    exchange: { clientId: 'agt_1', privateKeyFile: 'key.jwk', resource: 'https://storage.example.com' },
    mcp: { path: '/mcp', sessionKeyFile: 'session' },
  };
  expect(problemsOf(settings).map((problem) => problem.split(':')[0])).toEqual([
    '/credential/clientSecretFile',
    '/mcp/sessionKeyFile',
    '/exchange/privateKeyFile',
  ]);
});

describe('a key', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [own, open] = [privateKey.export({ format: 'jwk' }), publicKey.export({ format: 'jwk' })];
  const unusable = (why: string) => `: The file /etc/key.jwk cannot be used: ${why}. Give another file.`;
  const NO_AGENT = 'a key of an agent has one of the algorithms ES256, ES384, PS256, RS256';
  const inFiles = (key: unknown) => ({ '/etc/key.jwk': typeof key === 'string' ? key : JSON.stringify(key) });
  const credential = { ...RIGHT, credential: { clientId: 'rs_1', privateKeyFile: 'key.jwk' } };
  const exchange = {
    ...RIGHT,
    upstream: { ...RIGHT.upstream, token: 'exchange' },
    exchange: { clientId: 'agt_1', privateKeyFile: 'key.jwk', resource: 'https://storage.example.com' },
  };

  test('that is private and fits its algorithm is read', () => {
    expect(problemsOf(credential, inFiles({ ...own, alg: 'ES256' }))).toEqual([]);
    expect(problemsOf(exchange, inFiles({ ...own, alg: 'ES256' }))).toEqual([]);
    expect(problemsOf(exchange, inFiles(own))).toEqual([]);
  });

  test.each([
    ['is public', { ...open, alg: 'ES256' }, 'it has no private key'],
    ['has an algorithm of another key', { ...own, alg: 'RS256' }, 'its alg is missing, or does not fit the key'],
    ['is incomplete', { ...own, alg: 'ES256', x: undefined }, 'its key is incomplete or malformed'],
    ['is shared', { kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }, 'it has no private key', NO_AGENT],
    [
      'is one of a set',
      { keys: [{ ...own, alg: 'ES256' }] },
      'it is no JSON Web Key. A key here is one private key, and no key set',
    ],
    ['is PEM', '-----BEGIN PRIVATE KEY-----', 'it is no JSON. A key here is one private JSON Web Key'],
  ])('that %s is refused at its setting, with the cause', (_name, key, why, whyOfAgent = why) => {
    expect(problemsOf(credential, inFiles(key))).toEqual([`/credential/privateKeyFile${unusable(why)}`]);
    expect(problemsOf(exchange, inFiles(key))).toEqual([`/exchange/privateKeyFile${unusable(whyOfAgent)}`]);
  });
});
