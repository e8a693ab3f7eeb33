import { expect, test } from '@jest/globals';
import { type Options, resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { newPair } from './issuer.ts';

const GOOD = { issuer: 'https://id.example.com', resource: 'https://notes.example.com/api' } as const;
const SECRET = { clientId: 'rs_1', clientSecret: 'x' } as const;

const WRONG: readonly (readonly [member: string, options: object])[] = [
  ['issuer', { issuer: undefined }],
  ['issuer', { issuer: 'http://id.example.com' }],
  ['issuer', { issuer: 'https://id.example.com?x=1' }],
  ['issuer', { issuer: 'https://user:secret@id.example.com' }],
  ['resource', { resource: undefined }],
  ['resource', { resource: 'notes' }],
  ['resource', { resource: 'https://notes.example.com#x' }],
  ['baseUrl', { resource: 'urn:example:notes' }],
  ['baseUrl', { baseUrl: 'http://notes.example.com' }],
  ['scopes', { scopes: 'notes.read' }],
  ['scopes', { scopes: ['notes.read notes.write'] }],
  ['name', { name: 1 }],
  ['algorithms', { algorithms: ['HS256'] }],
  ['algorithms', { algorithms: ['none'] }],
  ['algorithms', { algorithms: [] }],
  ['clockTolerance', { clockTolerance: 61 }],
  ['clockTolerance', { clockTolerance: -1 }],
  ['maxTokenLength', { maxTokenLength: 1_000_000 }],
  ['maxActors', { maxActors: 0 }],
  ['detailTypes', { detailTypes: {} }],
  ['detailTypes[0].type', { detailTypes: [{}] }],
  ['detailTypes[0].members.amount', { detailTypes: [{ type: 'payment', members: { amount: 'less' } }] }],
  ['jwksUri', { jwksUri: 'http://id.example.com/jwks' }],
  ['introspection', { introspection: 'every' }],
  ['introspection.clientId', { introspection: { clientSecret: 'x' } }],
  ['introspection.privateKey', { introspection: { clientId: 'rs_1' } }],
  ['introspection.privateKey', { introspection: { ...SECRET, privateKey: {} } }],
  ['introspection.privateKey', { introspection: { clientId: 'rs_1', privateKey: { kty: 'oct', k: 'x', d: 'x' } } }],
  ['introspection.privateKey.alg', { introspection: { clientId: 'rs_1', privateKey: { kty: 'EC', d: 'x' } } }],
  ['introspection.clientSecret', { introspection: { clientId: 'rs_1', clientSecret: '' } }],
  ['introspection.tokens', { introspection: { ...SECRET, tokens: 'some' } }],
  ['introspection.endpoint', { introspection: { ...SECRET, endpoint: 'ftp://id.example.com' } }],
  ['introspection.secret', { introspection: { ...SECRET, secret: 'x' } }],
  ['dpop.use', { dpop: { use: 'off' } }],
  ['dpop.algorithms', { dpop: { algorithms: ['HS256'] } }],
  ['dpop.maxAge', { dpop: { maxAge: 0 } }],
  ['dpop.nonces', { dpop: { nonces: 'yes' } }],
  ['dpop.nonceSecret', { dpop: { nonces: true, nonceSecret: new Uint8Array(8) } }],
  ['dpop.nonceSecret', { dpop: { nonceSecret: new Uint8Array(32) } }],
  ['dpop.nonce', { dpop: { nonce: true } }],
  ['usedOnce', { usedOnce: {} }],
  ['cachedTokens', { cachedTokens: 1.5 }],
  ['timeout', { timeout: 0 }],
  ['log', { log: true }],
  ['fetch', { fetch: 'x' }],
  ['clock', { clock: 0 }],
  ['audience', { audience: 'https://notes.example.com' }],
];

test.each(WRONG)('refuses at creation, and names %s: %j', (member, options) => {
  expect(() => resourceServer({ ...GOOD, ...options } as Options)).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', member, message: expect.stringContaining(`${member}: `) }),
  );
});

test('takes an issuer with a path, one on loopback, and a resource that is no web address', async () => {
  const { jwk } = await newPair();
  expect(() => [
    resourceServer(GOOD),
    resourceServer({ ...GOOD, issuer: 'http://localhost:3000/id' }),
    resourceServer({ ...GOOD, resource: 'urn:example:notes', baseUrl: 'https://notes.example.com/v1/' }),
    resourceServer({ ...GOOD, introspection: { clientId: 'rs_1', privateKey: { ...jwk, d: 'x' } } }),
  ]).not.toThrow();
});

test.each([
  ['https://notes.example.com', '/.well-known/oauth-protected-resource'],
  ['https://notes.example.com/', '/.well-known/oauth-protected-resource'],
  ['https://notes.example.com/mcp', '/.well-known/oauth-protected-resource/mcp'],
  ['https://notes.example.com/a/b', '/.well-known/oauth-protected-resource/a/b'],
])('the metadata of %s are at %s (RFC 9728 §3.1)', (resource, path) => {
  const { metadata } = resourceServer({ ...GOOD, resource, scopes: ['notes.read'], name: 'Notes' });
  expect(metadata).toMatchObject({
    path,
    url: `https://notes.example.com${path}`,
    document: {
      resource,
      authorization_servers: [GOOD.issuer],
      scopes_supported: ['notes.read'],
      resource_name: 'Notes',
    },
  });
});

test.each([
  ['scope', { scope: 'notes.read' }],
  ['scopes', { scopes: 'notes.read' }],
  ['scopes', { scopes: ['a b'] }],
  ['actor', { actor: 'any' }],
  ['details', { details: [{}] }],
  ['approval', { approval: true }],
  ['call', { call: 'a b' }],
  ['acrValues', { acrValues: [] }],
  ['maxAge', { maxAge: '60' }],
  ['senderConstrained', { senderConstrained: 'yes' }],
  ['live', { live: true }],
])('rejects a request whose requirement has a wrong %s: %j', async (member, requirement) => {
  const asked = resourceServer(GOOD).check({ method: 'GET', target: '/', headers: [] }, requirement as object);
  await expect(asked).rejects.toThrow(`requirement.${member}`);
});
