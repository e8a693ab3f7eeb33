/** Which key signs, while others are published before and after it. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { signingKeys } from '../../../src/provider/tokens/signing-keys.ts';
import { countedIdentifiers, movableClock, recordedAudit, START } from '../delegation/fakes.ts';

const PUBLISHED_BEFORE = 300;
const RETIRED_FOR = 86_400;

const scene = async () => {
  const [clock, audit] = [movableClock(), recordedAudit()];
  const keys = await signingKeys({
    documents: memoryDocumentStore('refused'),
    clock,
    identifiers: countedIdentifiers(),
    masterKey: masterKey(Buffer.alloc(32, 1)),
    prepublishSeconds: PUBLISHED_BEFORE,
    retireSeconds: RETIRED_FOR,
  });
  const ofEc = async () => (await keys.list()).filter(({ kty }) => kty === 'EC');
  const states = async () => (await ofEc()).map(({ state, createdAt }) => `${state}, of ${createdAt - START}`);
  /** The first one signs. */
  const order = async () => (await keys.privateJwks()).filter(({ kty }) => kty === 'EC').map(({ kid }) => kid);
  return { keys, clock, audit, ofEc, states, order };
};

test('the active key comes first, then the next one, then retired ones, the newest first (RFC 7517 §5)', async () => {
  const { keys, clock, states, order, ofEc } = await scene();
  await keys.rotate(recordedAudit(), 'acc_admin');
  clock.advance(PUBLISHED_BEFORE);
  await keys.rotate(recordedAudit(), 'acc_admin');
  clock.advance(PUBLISHED_BEFORE);
  await keys.rotate(recordedAudit(), 'acc_admin');
  expect(await states()).toEqual(['active, of 300', 'published, of 600', 'retired, of 0', 'retired, of 0']);
  const [, , newer, older] = await ofEc();
  expect(Number(newer?.activeAt)).toBeGreaterThan(Number(older?.activeAt));
  expect(await order()).toEqual((await ofEc()).map(({ id }) => id));
});

test('a key signs and retires on the second; the next change is announced', async () => {
  const { keys, clock, states } = await scene();
  expect(await keys.nextChangeIn()).toBeUndefined();
  await keys.rotate(recordedAudit(), 'acc_admin');
  expect(await keys.nextChangeIn()).toBe(PUBLISHED_BEFORE);
  clock.advance(PUBLISHED_BEFORE - 1);
  expect(await states()).toEqual(['active, of 0', 'published, of 0']);
  clock.advance(1);
  expect(await states()).toEqual(['active, of 0', 'retired, of 0']);
  expect(await keys.nextChangeIn()).toBe(RETIRED_FOR);
  clock.advance(RETIRED_FOR - 1);
  expect(await states()).toHaveLength(2);
  clock.advance(1);
  expect(await states()).toEqual(['active, of 0']);
});

test('a revoked key is replaced at once, with its event before; a second revocation changes nothing', async () => {
  const { keys, clock, audit, ofEc, states, order } = await scene();
  const [first] = await ofEc();
  const id = String(first?.id);
  audit.beforeAppend = async () => expect(await states()).not.toContain('revoked, of 0');
  await keys.revoke(id, 'leaked', audit, 'acc_admin', 'req_1');
  audit.beforeAppend = async () => {};
  expect(audit.events).toMatchObject([
    {
      type: 'keys.revoked',
      outcome: 'done',
      caller: 'acc_admin',
      target: { kind: 'key', id },
      inputs: { reason: 'leaked' },
      request: 'req_1',
    },
  ]);
  expect(await order()).not.toContain(id);
  const before = await ofEc();
  expect(before.map(({ state }) => state)).toEqual(['active', 'revoked']);
  clock.advance(10);
  await keys.revoke(id, 'leaked', audit, 'acc_admin');
  expect(await ofEc()).toEqual(before);
});

test('neither an unknown key nor that of the audit log is revoked, and no event says so', async () => {
  const { keys, audit } = await scene();
  for (const id of ['key_unknown', String(keys.auditJwk().kid)]) {
    await expect(keys.revoke(id, 'leaked', audit, 'acc_admin')).rejects.toMatchObject({ code: 'not_found' });
  }
  expect(audit.events).toEqual([]);
});

test('nothing rotates and nothing is revoked while the event cannot be stored (invariant 5)', async () => {
  const { keys, audit, ofEc } = await scene();
  const before = await ofEc();
  audit.beforeAppend = async () => {
    throw new Error('disk full');
  };
  await expect(keys.rotate(audit, 'acc_admin')).rejects.toThrow('disk full');
  await expect(keys.revoke(String(before[0]?.id), 'leaked', audit, 'acc_admin')).rejects.toThrow('disk full');
  expect(await ofEc()).toEqual(before);
});
