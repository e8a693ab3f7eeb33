/** The first start of production on stores elsewhere, where it is known only then whether there is an administrator. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { loadConfiguration } from '../../config/load.ts';
import { compose } from '../../src/compose.ts';
import { CLIENTS } from '../../src/domain/clients/clients/client.ts';
import { ACCOUNTS } from '../../src/domain/identity/accounts/account.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-first-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const documents = memoryDocumentStore();
const kept = { documents: { ...documents, close: async () => {} }, ephemeral: memoryEphemeralStore(systemClock) };
const start = (environment: Readonly<Record<string, string>>) => {
  const { configuration } = loadConfiguration({
    env: {
      BEHALF_ISSUER: 'https://id.example.com',
      BEHALF_DATA: folder,
      BEHALF_MONGODB_URL: 'mongodb://mongodb.example/behalf',
      BEHALF_REDIS_URL: 'redis://redis.example',
      BEHALF__KEYS__MASTERKEY: Buffer.from(Array.from({ length: 32 }, (_, index) => 9 + 7 * index)).toString(
        'base64url',
      ),
      BEHALF__LOG__LEVEL: 'silent',
      ...environment,
    },
  });
  return compose(configuration, kept);
};

test('KY-03 production on MongoDB makes no administrator without a password it was given', async () => {
  await expect(start({})).rejects.toMatchObject({
    code: 'configuration_invalid',
    problems: [{ pointer: '/administrator/password' }],
  });
  expect(await documents.collection(ACCOUNTS).find({ limit: 1 })).toEqual([]);
  expect(await documents.collection(CLIENTS).find({ limit: 1 })).toEqual([]);

  // C17: no username looks like an id.
  const named = { BEHALF__ADMINISTRATOR__USERNAME: 'acc_root', BEHALF_ADMIN_PASSWORD: 'correct horse battery staple' };
  await expect(start(named)).rejects.toMatchObject({
    code: 'configuration_invalid',
    problems: [{ pointer: '/administrator/username', message: expect.stringContaining('like an id') }],
  });
  expect(await documents.collection(ACCOUNTS).find({ limit: 1 })).toEqual([]);

  const first = await start({ BEHALF_ADMIN_PASSWORD: 'correct horse battery staple' });
  expect(first.firstStart).toEqual({ administrator: 'admin' });
  await first.close();

  // Needed once.
  const second = await start({});
  expect(second.firstStart).toEqual({ administrator: 'admin' });
  await second.close();
});
