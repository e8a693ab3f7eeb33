/** Which grant the credential of a request comes from, before the credential is checked. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { GRANTS, PROVIDER_RECORDS } from '../../../src/provider/seam/records.ts';
import { presentedGrant } from '../../../src/provider/tokens/presented-grant.ts';
import { begunRequest } from './begun-request.ts';
import { NOW } from './provider-models.ts';

const OLD = masterKey(Buffer.alloc(32, 1));
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: object): string => `${part({ alg: 'ES256' })}.${part(claims)}.c2ln`;

const scene = async () => {
  const documents = memoryDocumentStore('refused');
  const ephemeral = memoryEphemeralStore({ now: () => NOW, nowMillis: () => NOW * 1000 });
  const collection = (declaration: never) => documents.collection<{ readonly id: string }>(declaration);
  const long = 'g'.repeat(128);
  for (const id of ['grt_1', 'grt_2', long, `${long}g`]) await collection(GRANTS as never).insert({ id } as never);
  const record = async (model: string, value: string, more: object) =>
    collection(PROVIDER_RECORDS as never).insert({
      id: `${model}:${OLD.digest(model, value)}`,
      model,
      expiresAt: NOW,
      ...more,
    } as never);
  await record('RefreshToken', 'refresh', { grant: 'grt_1' });
  await record('RefreshToken', 'alone', {});
  await record('AccessToken', 'access', { grant: 'grt_2' });
  for (const model of ['AuthorizationCode', 'DeviceCode']) {
    const sealed = OLD.seal(model, JSON.stringify({ grantId: 'grt_1' }));
    await ephemeral.set(`${model}:${OLD.digest(model, 'code')}`, sealed, 60);
  }
  // As after a rotation: what the former key stored is found.
  const { find } = presentedGrant({
    documents,
    ephemeral,
    masterKey: masterKey(Buffer.alloc(32, 2), Buffer.alloc(32, 1)),
  });
  return async (params: object | undefined) => (await find({ req: begunRequest(), oidc: { params } } as never))?.id;
};

test.each<[object | undefined, string | undefined]>([
  [{ code: 'code' }, 'grt_1'],
  [{ device_code: 'code' }, 'grt_1'],
  [{ refresh_token: 'refresh' }, 'grt_1'],
  [{ token: 'refresh' }, 'grt_1'],
  [{ token: 'access' }, 'grt_2'],
  [{ refresh_token: 'access' }, undefined],
  [{ code: 'unknown', token: 'access' }, 'grt_2'],
  [{ code: ['code'], token: 'access' }, 'grt_2'],
  [{ refresh_token: 'alone' }, undefined],
  [{ token: jwt({ grant_id: 'grt_2' }) }, 'grt_2'],
  [{ token: jwt({ grant_id: 'grt_3' }) }, undefined],
  [{ token: jwt({ grant_id: 7 }) }, undefined],
  [{ token: jwt({ grant_id: 'g'.repeat(128) }) }, 'g'.repeat(128)],
  [{ token: jwt({ grant_id: 'g'.repeat(129) }) }, undefined],
  [{ code: jwt({ grant_id: 'grt_2' }) }, undefined],
  [{ token: 'no token' }, undefined],
  [{}, undefined],
  [undefined, undefined],
])('%j is of the grant %s', async (params, grant) => {
  const find = await scene();
  expect(await find(params)).toBe(grant);
});
