/** The refresh token that an instance of an agent gets of its own, and what another caller may end meanwhile. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { Collection } from '../../../src/domain/ports/document-store.ts';
import { GRANTS, type GrantRecord } from '../../../src/provider/seam/records.ts';
import { instanceFamilies } from '../../../src/provider/tokens/instance-families.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { begunRequest } from './begun-request.ts';

const NOW = 1_800_000_000;
const MAIL = 'https://mail.example';

type World = {
  readonly payload?: object;
  readonly kill?: string;
  /** Runs when the event is stored: what another caller does then. */
  readonly meanwhile?: (grants: Collection<GrantRecord>) => Promise<unknown>;
};

const grant = (id: string, more: object = {}): GrantRecord =>
  ({
    id,
    account: 'acc_anna',
    clientId: 'agt_a',
    payload: { exp: NOW + 100, openid: { scope: 'openid offline_access' }, resources: { [MAIL]: 'read send' } },
    createdAt: NOW,
    expiresAt: NOW + 115,
    ...more,
  }) as GrantRecord;

const scene = async (world: World = {}) => {
  const documents = memoryDocumentStore('refused');
  const grants = documents.collection<GrantRecord>(GRANTS);
  await grants.insert(grant('grt_1', { ...(world.payload ? { payload: world.payload } : {}) }));
  const audit = recordingAudit();
  const saved: object[] = [];
  const used: unknown[] = [];
  const asked: unknown[] = [];
  let ids = 0;
  class RefreshToken {
    constructor(members: object) {
      saved.push(members);
    }
    save = async () => 'handle';
  }
  const { mint } = instanceFamilies({
    documents,
    clock: { now: () => NOW },
    identifiers: {
      newId(prefix: string) {
        ids += 1;
        return `${prefix}_new${ids}`;
      },
    },
    masterKey: { digest: (_: string, value: string) => `digest of ${value}` },
    audit: {
      ...audit,
      append: async (event: never) => {
        await audit.append(event);
        await world.meanwhile?.(grants);
      },
    },
    consumptions: {},
    liveness: {
      grantLive: async (id: string) => (await grants.get(id))?.document,
      killOf: async (of: unknown) => {
        asked.push(of);
        return world.kill;
      },
    },
    instances: { used: async (_: unknown, instance: { readonly id: string }) => used.push(instance.id) },
    issuer: 'https://as.example',
    refreshTokenTtlSeconds: 500,
  } as never);
  const run = (id = 'grt_1', instance = 'ins_1', client: object = {}) =>
    mint(
      { RefreshToken } as never,
      {
        req: begunRequest(),
        res: undefined,
        oidc: { client: { clientId: 'agt_a', ...client }, route: 'token' },
      } as never,
      {
        subject: 'acc_anna',
        grant: id,
        instance: { id: instance },
        parent: 'tok_1',
        issuedTokenType: 'urn:refresh',
      } as never,
    );
  const idsOf = async () => (await grants.find({ limit: 10 })).map(({ document }) => document.id).sort();
  return { run, grants, audit, saved, used, asked, stored: idsOf };
};

test('an instance gets a grant under the authorization, with all its rights, and its event first', async () => {
  const { run, grants, audit, saved, used, asked } = await scene();
  expect(await run()).toEqual({
    access_token: 'handle',
    issued_token_type: 'urn:refresh',
    token_type: 'N_A',
    expires_in: 100,
    scope: 'openid offline_access read send',
    instance: 'ins_1',
  });
  const { document } = (await grants.get('grt_new1')) ?? {};
  expect(document).toMatchObject({ parent: 'grt_1', instance: 'ins_1', payload: { exp: NOW + 100, jti: 'grt_new1' } });
  expect(saved).toEqual([
    expect.objectContaining({ grantId: 'grt_new1', resource: MAIL, expiresIn: 100, exp: NOW + 100 }),
  ]);
  expect(audit.events).toEqual([
    expect.objectContaining({
      type: 'token.issued',
      outcome: 'granted',
      grant: 'grt_new1',
      instance: 'ins_1',
      agent: 'agt_a',
    }),
  ]);
  expect(used).toEqual(['ins_1']);
  expect(asked).toEqual([expect.objectContaining({ ownership: 0, subject: 'acc_anna' })]);
  const owned = await scene();
  await owned.run('grt_1', 'ins_1', { behalf_ownership: 3 });
  expect(owned.asked).toEqual([expect.objectContaining({ ownership: 3 })]);
});

test.each<[object, readonly string[] | string | undefined, string]>([
  [{ exp: NOW + 100 }, undefined, ''],
  [
    { exp: NOW + 100, resources: { [MAIL]: 'read', 'https://pay.example': 'pay read' } },
    [MAIL, 'https://pay.example'],
    'read pay',
  ],
  [
    {
      exp: NOW + 100,
      openid: { scope: 'openid email' },
      resources: { [MAIL]: 'read send' },
      rejected: { openid: { scope: 'email' }, resources: { [MAIL]: 'send' } },
    },
    MAIL,
    'openid read',
  ],
])('of %j the token is for %j with %j', async (payload, resource, scope) => {
  const { run, saved } = await scene({ payload });
  expect(await run()).toMatchObject({ scope });
  expect((saved[0] as { readonly resource?: unknown }).resource).toEqual(resource);
});

test('it lives as long as the authorization, at most as a refresh token, and a second at least', async () => {
  expect(await (await scene({ payload: { exp: NOW + 900 } })).run()).toMatchObject({ expires_in: 500 });
  expect(await (await scene({ payload: { exp: NOW + 1 } })).run()).toMatchObject({ expires_in: 1 });
  const { run, audit, stored } = await scene({ payload: { exp: NOW } });
  await expect(run()).rejects.toMatchObject({ error: 'invalid_grant' });
  expect([audit.events, await stored()]).toEqual([[], ['grt_1']]);
});

test('a grant that is over, or of another instance, gives nothing', async () => {
  const { run, grants, audit } = await scene();
  await grants.insert(grant('grt_2', { parent: 'grt_1', instance: 'ins_2' }));
  await grants.insert(grant('grt_3', { parent: 'grt_gone', instance: 'ins_1' }));
  for (const [id, reason] of [
    ['grt_0', 'authorization_ended'],
    ['grt_2', 'authorization_of_other_instance'],
    ['grt_3', 'authorization_ended'],
  ] as const) {
    await expect(run(id)).rejects.toMatchObject({ denial: { id: expect.any(String), layer: 'grant', reason } });
  }
  expect(audit.events).toEqual([]);
});

test('an instance that asks again loses its earlier grants of this authorization, and no other', async () => {
  const { run, grants, stored } = await scene();
  await grants.insert(grant('grt_2', { parent: 'grt_1', instance: 'ins_1' }));
  await grants.insert(grant('grt_3', { parent: 'grt_1', instance: 'ins_2' }));
  await grants.insert(grant('grt_4', { parent: 'grt_other', instance: 'ins_1' }));
  await run();
  expect(await stored()).toEqual(['grt_1', 'grt_3', 'grt_4', 'grt_new1']);
  // By its own grant, of which the new one takes the place.
  await run('grt_new1');
  expect(await stored()).toEqual(['grt_1', 'grt_3', 'grt_4', 'grt_new2']);
});

test.each([
  ['all', 'unavailable', 'code'],
  ['agent', 'invalid_grant', 'error'],
])('after a kill of %s it gets nothing', async (kill, code, member) => {
  const { run, stored, used } = await scene({ kill });
  await expect(run()).rejects.toMatchObject({ [member]: code });
  expect([await stored(), used]).toEqual([['grt_1'], []]);
});

test('an authorization that ends meanwhile leaves the instance without a grant', async () => {
  const { run, stored } = await scene({ meanwhile: (grants) => grants.take('grt_1') });
  await expect(run()).rejects.toMatchObject({ denial: { reason: 'authorization_ended' } });
  expect(await stored()).toEqual([]);
});

test('an instance grant that ends meanwhile is replaced by none', async () => {
  const { run, grants, stored } = await scene({ meanwhile: (all) => all.take('grt_2') });
  await grants.insert(grant('grt_2', { parent: 'grt_1', instance: 'ins_1' }));
  await expect(run('grt_2')).rejects.toMatchObject({ denial: { reason: 'authorization_ended' } });
  expect(await stored()).toEqual(['grt_1']);
});

test.each<[string, object]>([
  ['refused scopes', { rejected: { resources: { [MAIL]: 'send' } } }],
  ['other details', { details: { [MAIL]: [] } }],
])('rights that a person removes meanwhile are missing in the new grant: %s', async (_, removed) => {
  const { run, grants } = await scene({
    async meanwhile(all) {
      const found = await all.get('grt_1');
      if (!found) return;
      const { document, version } = found;
      await all.replace({ ...document, payload: { ...document.payload, ...removed, exp: NOW + 50 } }, version);
    },
  });
  await run();
  expect((await grants.get('grt_new1'))?.document.payload).toMatchObject({
    ...removed,
    exp: NOW + 100,
    jti: 'grt_new1',
  });
});

test('the own end of an authorization is not that of its instances', async () => {
  const { run, grants } = await scene();
  await grants.insert(grant('grt_5', { endedAt: NOW - 5 }));
  await run('grt_5');
  expect((await grants.get('grt_new1'))?.document).not.toHaveProperty('endedAt');
});
