/** A change of the master key, in a store with sealed values that cannot be read: another context or a key of long ago. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { AUDIT_SINKS, type AuditSink, sinkContext } from '../../../src/domain/notifications/audit-sinks/audit-sink.ts';
import { auditSinkRegistry } from '../../../src/domain/notifications/audit-sinks/sink-registry.ts';
import { PUSH_KEYS, type PushKey, pushKeys } from '../../../src/domain/notifications/push-keys.ts';
import { pushRegistry } from '../../../src/domain/notifications/push-registry.ts';
import { PUSH_SUBSCRIPTIONS, type PushSubscription } from '../../../src/domain/notifications/push-subscription.ts';
import { WEBHOOKS, type Webhook } from '../../../src/domain/notifications/webhook.ts';
import { webhookRegistry } from '../../../src/domain/notifications/webhook-registry.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import type { CollectionDeclaration, Document } from '../../../src/domain/ports/document-store.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { START, standingClock } from '../../support/standing-clock.ts';

const [OLD, NEXT, GONE] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2), Buffer.alloc(32, 3)];
const [old, gone] = [masterKey(OLD), masterKey(GONE)];
const TIMES = { createdAt: START, updatedAt: START };

/** Every registry over one store that seals values of notifications, with the old key beside the next one. */
const world = () => {
  const documents = memoryDocumentStore();
  const parts = { documents, clock: standingClock(), audit: recordingAudit(), identifiers: randomIdentifiers };
  const both = { ...parts, masterKey: masterKey(NEXT, OLD) };
  const none = {} as never;
  const keys = pushKeys(both);
  const insert = <T extends Document>(collection: CollectionDeclaration, document: object) =>
    documents.collection<T>(collection).insert(document as T);
  const stored = async <T extends Document>(collection: CollectionDeclaration, id: string) =>
    (await documents.collection<T>(collection).get(id))?.document;
  return {
    ...{ insert, stored, keys },
    webhooks: webhookRegistry({
      ...{ ...both, checkUrl: () => undefined, post: none, owners: none, resourceServers: none },
    }),
    sinks: auditSinkRegistry({
      ...{ ...both, checkUrl: () => undefined, checkAddress: () => undefined, files: undefined },
      ...{ sender: none, source: none, pause: async () => undefined },
    }),
    subscriptions: pushRegistry({
      ...{ ...both, keys, services: [], ephemeral: none, checkUrl: () => undefined, post: none, accounts: none },
    }),
  };
};

test('KY-06 secrets of webhooks are sealed anew but those that cannot be read, which stay and hinder no start', async () => {
  const { webhooks, insert, stored } = world();
  const lost = gone.seal('webhook/whk_1', 'lost');
  const secrets = [
    { sealed: old.seal('webhook/whk_1', 'abc'), createdAt: START },
    { sealed: lost, createdAt: START },
  ];
  await insert<Webhook>(WEBHOOKS, {
    ...{ id: 'whk_1', name: 'Pager', url: 'https://pager.example/', kinds: [], state: 'active', secrets, ...TIMES },
  });
  await webhooks.sealAnew();
  const [first, second] = (await stored<Webhook>(WEBHOOKS, 'whk_1'))?.secrets ?? [];
  expect(masterKey(NEXT).open('webhook/whk_1', String(first?.sealed))).toBe('abc');
  expect(second?.sealed).toBe(lost);
});

test('KY-06 authorizations of audit sinks likewise', async () => {
  const { sinks, insert, stored } = world();
  // An editor of the store copied it from another sink.
  const copied = old.seal(sinkContext('snk_9'), 'Bearer abc');
  const own = old.seal(sinkContext('snk_2'), 'Bearer abc');
  const more = { name: 'Sink', kind: 'webhook', isPersonal: false, state: 'active', ...TIMES };
  await insert<AuditSink>(AUDIT_SINKS, { id: 'snk_1', sealed: copied, ...more });
  await insert<AuditSink>(AUDIT_SINKS, { id: 'snk_2', sealed: own, ...more });
  await sinks.sealAnew();
  expect((await stored<AuditSink>(AUDIT_SINKS, 'snk_1'))?.sealed).toBe(copied);
  const sealed = String((await stored<AuditSink>(AUDIT_SINKS, 'snk_2'))?.sealed);
  expect(masterKey(NEXT).open(sinkContext('snk_2'), sealed)).toBe('Bearer abc');
});

test('KY-06 keys and registrations of web push likewise', async () => {
  const { keys, subscriptions, insert, stored } = world();
  const lost = { id: 'vpk_1', publicKey: 'p', sealed: gone.seal('push-key/vpk_1', 'lost'), createdAt: START };
  const kept = { id: 'vpk_2', publicKey: 'q', sealed: old.seal('push-key/vpk_2', 'key'), createdAt: START };
  await insert(PUSH_KEYS, { id: 'ring', keys: [lost, kept], updatedAt: START });
  // An editor of the store gave it to another account.
  const moved = old.seal('push/acc_1/psh_1', '{}');
  await insert<PushSubscription>(PUSH_SUBSCRIPTIONS, {
    ...{ id: 'psh_1', account: 'acc_2', name: 'Phone', language: 'en', key: 'vpk_2', sealed: moved, ...TIMES },
  });
  await keys.sealAnew();
  await subscriptions.sealAnew();
  const ring = await stored<Document & { readonly keys: readonly PushKey[] }>(PUSH_KEYS, 'ring');
  expect(ring?.keys[0]?.sealed).toBe(lost.sealed);
  expect(masterKey(NEXT).open('push-key/vpk_2', String(ring?.keys[1]?.sealed))).toBe('key');
  expect((await stored<PushSubscription>(PUSH_SUBSCRIPTIONS, 'psh_1'))?.sealed).toBe(moved);
});
