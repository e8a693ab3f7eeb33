import { describe, expect, test } from '@jest/globals';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import type { NewUpstream } from '../../../src/domain/identity/upstream/upstream-input.ts';
import { UPSTREAMS, type UpstreamProvider } from '../../../src/domain/identity/upstream/upstream-provider.ts';
import { upstreamRegistry } from '../../../src/domain/identity/upstream/upstream-registry.ts';
import { type MasterKey, masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { composePeoplePages } from '../../support/composed-people-pages.ts';

const BY = { caller: 'acc_1' };
const GIVEN: NewUpstream = { name: 'Works', issuer: 'https://idp.example.com', clientId: 'here' };

describe('the register of upstreams', () => {
  test.each<[string, Partial<NewUpstream>]>([
    ['/issuer', { issuer: 'http://idp.example.com' }],
    ['/issuer', { issuer: 'https://idp.example.com/?x=1' }],
    ['/issuer', { issuer: 'https://id.example.com' }],
    ['/client_id', { clientId: 'https://id.example.com' }],
    ['/client_secret', { authentication: 'client_secret_basic' }],
    ['/client_secret', { clientSecret: 'abc' }],
    ['/scopes', { scopes: ['profile'] }],
    ['/scopes', { scopes: ['openid', 'a b'] }],
    ['/domains/0', { domains: ['Works.example'] }],
    ['/domains/0', { domains: ['example'] }],
    ['/domains/1', { domains: ['works.example', 'works.example'] }],
    ['/groups', { groups: { 'a\u202e': 'b' } }],
  ])('refuses at %s: %j, and writes nothing', async (field, more) => {
    const { upstreams, audit } = await composePeoplePages();
    await expect(upstreams.create({ ...GIVEN, ...more }, BY)).rejects.toMatchObject({ code: 'invalid_field', field });
    expect(audit.of('upstream.created')).toEqual([]);
    expect(await upstreams.active()).toEqual([]);
  });

  test('one issuer once, a domain at one of them; changes are swapped against a version', async () => {
    const { upstreams, audit } = await composePeoplePages();
    const { document, version } = await upstreams.create({ ...GIVEN, domains: ['works.example'] }, BY);
    await expect(upstreams.create(GIVEN, BY)).rejects.toMatchObject({ code: 'conflict', field: '/issuer' });
    const other = { ...GIVEN, issuer: 'https://other.example.com' };
    await expect(upstreams.create({ ...other, domains: ['works.example'] }, BY)).rejects.toMatchObject({
      field: '/domains/0',
    });
    await upstreams.update(document.id, version, { create: 'always', claims: { username: 'upn' } }, BY);
    await expect(upstreams.update(document.id, version, { create: 'never' }, BY)).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    expect((await upstreams.get(document.id))?.document).toMatchObject({
      create: 'always',
      claims: { username: 'upn', email: 'email' },
      domains: ['works.example'],
    });
    expect(audit.of('upstream.updated')).toMatchObject([{ caller: 'acc_1', changed: ['claims', 'create'] }]);
  });

  test('a secret is sealed, goes with its method, and stays through other changes', async () => {
    const { upstreams, documents } = await composePeoplePages();
    const secret = 'a-secret-of-the-provider';
    const method = 'client_secret_basic' as const;
    const { document, version } = await upstreams.create(
      { ...GIVEN, authentication: method, clientSecret: secret },
      BY,
    );
    const stored = await documents.collection<UpstreamProvider>(UPSTREAMS).get(document.id);
    expect(JSON.stringify(stored)).not.toContain(secret);
    const { document: renamed } = await upstreams.update(document.id, version, { name: 'Renamed' }, BY);
    expect(upstreams.partyOf(renamed).authentication).toEqual({ method, secret });
    const { document: keyed } = await upstreams.update(document.id, 2, { authentication: 'private_key_jwt' }, BY);
    expect([keyed.clientSecret, upstreams.partyOf(keyed).authentication]).toEqual([
      undefined,
      { method: 'private_key_jwt' },
    ]);
  });

  test('when the master key is changed, the secret is sealed anew and goes on', async () => {
    const world = await composePeoplePages();
    const { documents, clock, audit } = world;
    const authentication = 'client_secret_post';
    const { document } = await world.upstreams.create({ ...GIVEN, authentication, clientSecret: 'abc' }, BY);
    const [before, next] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
    const under = (key: MasterKey) =>
      upstreamRegistry({
        ...{ documents, clock, audit, identifiers: randomIdentifiers, masterKey: key, checkUrl: () => undefined },
        issuer: 'https://id.example.com',
        isPasswordOn: true,
      });
    await under(masterKey(next, before)).sealAnew();
    const found = await under(masterKey(next)).get(document.id);
    if (!found) throw new Error('not found');
    expect(under(masterKey(next)).partyOf(found.document).authentication).toEqual({
      method: authentication,
      secret: 'abc',
    });
    expect(() => under(masterKey(before)).partyOf(found.document)).toThrow('cannot be used');
  });

  test('with passwords off the last one stays', async () => {
    const { upstreams } = await composePeoplePages({ isPasswordOn: false });
    const { document: one } = await upstreams.create(GIVEN, BY);
    const { document: two } = await upstreams.create({ ...GIVEN, issuer: 'https://two.example.com' }, BY);
    await upstreams.disable(one.id, BY);
    await expect(upstreams.disable(two.id, BY)).rejects.toMatchObject({ code: 'conflict' });
    await expect(upstreams.remove(two.id, BY)).rejects.toMatchObject({ code: 'conflict' });
    await upstreams.remove(one.id, BY);
    expect((await upstreams.active()).map(({ id }) => id)).toEqual([two.id]);
  });
});
