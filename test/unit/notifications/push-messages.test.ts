import { describe, expect, test } from '@jest/globals';
import { importJWK, jwtVerify } from 'jose';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { NOTIFICATION_KIND_NAMES, ruleOf } from '../../../src/domain/notifications/notification-kinds.ts';
import { type PushFacts, pushChannel } from '../../../src/domain/notifications/push-channel.ts';
import { pushKeys } from '../../../src/domain/notifications/push-keys.ts';
import type { PushMessage } from '../../../src/domain/notifications/push-message.ts';
import { isAtService } from '../../../src/domain/notifications/push-services.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import type { Delivery } from '../../../src/domain/platform/outbox/delivery.ts';
import { type Answered, fetchFailed } from '../../../src/domain/ports/trusted-fetch.ts';
import { LANGUAGES } from '../../../views/language.ts';
import { notificationPush, PUSH_WORDS, testPush } from '../../../views/push/notification-push.ts';

const NOW = 1_800_000_000;
const clock = { now: () => NOW, nowMillis: () => NOW * 1000 };

describe('what a browser shows', () => {
  const pushed = NOTIFICATION_KIND_NAMES.filter((kind) => ruleOf(kind).isPushed);

  test('every kind of notification that is pushed has words, and no others have', () => {
    expect(Object.keys(PUSH_WORDS).toSorted()).toEqual([...pushed].toSorted());
    expect(() => notificationPush('agent.retired', 'en')).toThrow(TypeError);
  });

  test('every kind that is sent to a browser is sent by mail as well', () => {
    expect(pushed.filter((kind) => ruleOf(kind).mail === undefined)).toEqual([]);
  });

  const inAll = LANGUAGES.flatMap((language) => [
    ...pushed.map((kind) => notificationPush(kind, language)),
    testPush(language),
  ]);
  test.each(inAll)('$title: short, without names, addresses and links', (shown) => {
    const { title, text } = shown;
    expect(title.length).toBeLessThan(80);
    expect(text.length).toBeLessThan(120);
    expect(`${title} ${text}`).not.toMatch(/https?:|\/\/|@|[<>{}$]|undefined/);
    expect(Buffer.byteLength(JSON.stringify(shown))).toBeLessThan(1024);
  });
});

test('a browser is notified in the language it was turned on in, and in English where that is none of ours', () => {
  expect(notificationPush('account.password_changed', 'de').title).toBe('Ihr Passwort wurde geändert');
  expect(notificationPush('account.password_changed', 'fr').title).toBe('Your password was changed');
  expect(testPush('de').title).toBe('Das ist ein Test');
});

test('a notification of further approvers has the topic of the first one, and leads to the pending approvals', () => {
  expect(notificationPush('approval.escalated', 'en')).toMatchObject({ topic: 'approvals', page: 'approvals' });
});

describe('SF-12 a push service', () => {
  const services = ['push.example.com', '*.pushed.example.net', 'localhost:8443'];

  test.each([
    'https://push.example.com/fcm/send/x',
    'https://PUSH.example.com/fcm/send/x',
    'https://web.pushed.example.net/x',
    'https://a.b.pushed.example.net/x',
    'https://localhost:8443/x',
  ])('at %s is one of those that are named', (endpoint) => {
    expect(isAtService(endpoint, services)).toBe(true);
  });

  test.each([
    'http://push.example.com/fcm/send/x',
    'https://push.example.com.evil.example/x',
    'https://evilpush.example.com/x',
    'https://push.example.com:8443/x',
    'https://evil.example/push.example.com',
    'https://push.example.com@evil.example/',
    'https://pushed.example.net/x',
    'https://evilpushed.example.net/x',
    'https://localhost/x',
    'https://localhost:8444/x',
    'javascript:alert(1)',
    '//push.example.com/x',
    '',
  ])('at %s is none', (endpoint) => {
    expect(isAtService(endpoint, services)).toBe(false);
  });
});

describe('a key for push services', () => {
  const world = (contact?: string) => {
    const documents = memoryDocumentStore();
    const events: AuditEvent[] = [];
    const audit = {
      append: async (event: AuditEvent) => {
        events.push(event);
        return { stream: 's', sequence: events.length, hash: '' };
      },
    };
    const parts = {
      documents,
      clock,
      audit,
      identifiers: randomIdentifiers,
      masterKey: masterKey(Buffer.alloc(32, 7)),
    };
    const open = (more: Partial<typeof parts> = {}) => pushKeys({ ...parts, ...more, ...(contact ? { contact } : {}) });
    return { documents, events, open };
  };
  const BY = { caller: 'acc_admin', request: 'req_1' };
  const ENDPOINT = 'https://push.example.com/fcm/send/x';
  const publicOf = (text: string) => {
    const point = Buffer.from(text, 'base64url');
    const half = (from: number): string => point.subarray(from, from + 32).toString('base64url');
    return importJWK({ kty: 'EC', crv: 'P-256', x: half(1), y: half(33) }, 'ES256');
  };

  test('signs for the service alone and at most for a day, and says whom to ask (RFC 8292 §2, §3)', async () => {
    const keys = world('mailto:id@example.com').open();
    const { id, publicKey } = await keys.current();
    const header = await keys.authorization(id, ENDPOINT);
    const [, token = '', key = ''] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(header ?? '') ?? [];
    expect(key).toBe(publicKey);
    expect(Buffer.from(publicKey, 'base64url')).toHaveLength(65);
    const { payload, protectedHeader } = await jwtVerify(token, await publicOf(key), {
      audience: 'https://push.example.com',
      currentDate: new Date(NOW * 1000),
    });
    expect(protectedHeader).toEqual({ typ: 'JWT', alg: 'ES256' });
    expect(payload).toEqual({ aud: 'https://push.example.com', exp: NOW + 43_200, sub: 'mailto:id@example.com' });
  });

  test('is created once, by the first node that asks, and is the same on all nodes', async () => {
    const { open } = world();
    const made = await Promise.all(Array.from({ length: 8 }, () => open().current()));
    expect(new Set(made.map(({ publicKey }) => publicKey)).size).toBe(1);
    expect(await open().list()).toHaveLength(1);
  });

  test('KY-02 lies sealed in the store', async () => {
    const { open, documents } = world();
    await open().current();
    const stored = JSON.stringify(
      await documents.collection({ name: 'push_keys', indexes: [], members: ['keys'] }).find({}),
    );
    expect(stored).not.toMatch(/"d"|kty/);
    const stranger = open({ masterKey: masterKey(Buffer.alloc(32, 8)) });
    const { id } = await stranger.current();
    await expect(stranger.authorization(id, ENDPOINT)).rejects.toThrow();
  });

  test('is followed by another for new browsers, and serves those that have it', async () => {
    const { open, events } = world();
    const keys = open();
    const before = await keys.current();
    const [now] = await keys.rotate(BY);
    expect((await keys.current()).id).toBe(now?.id);
    expect(now?.id).not.toBe(before.id);
    expect(await keys.authorization(before.id, ENDPOINT)).toContain(before.publicKey);
    expect(events).toMatchObject([
      { type: 'push_key.rotated', outcome: 'done', target: { kind: 'push_key', id: now?.id }, caller: 'acc_admin' },
    ]);
    for (let turn = 0; turn < 10; turn += 1) await keys.rotate(BY);
    expect(await keys.list()).toHaveLength(5);
    expect(await keys.authorization(before.id, ENDPOINT)).toBeUndefined();
  });

  test('that others may know ends at once, and another one is created', async () => {
    const { open, events } = world();
    const keys = open();
    const first = await keys.current();
    await keys.rotate(BY);
    const second = await keys.current();
    await keys.revoke(second.id, 'left on a lost machine', BY);
    const third = await keys.current();
    expect([first.id, second.id]).not.toContain(third.id);
    expect(await keys.authorization(second.id, ENDPOINT)).toBeUndefined();
    expect(await keys.authorization(first.id, ENDPOINT)).toBeDefined();
    expect(events.at(-1)).toMatchObject({
      type: 'push_key.revoked',
      target: { kind: 'push_key', id: second.id },
      inputs: { reason: 'left on a lost machine' },
    });
    await expect(keys.revoke(second.id, 'again', BY)).rejects.toMatchObject({ code: 'not_found' });
    expect(events).toHaveLength(2);
  });

  test('KY-06 is sealed anew with another master key, and good with either meanwhile', async () => {
    const { open } = world();
    const { id } = await open().current();
    const [old, next] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
    const both = open({ masterKey: masterKey(next, old) });
    expect(await both.authorization(id, ENDPOINT)).toBeDefined();
    await both.sealAnew();
    expect(await open({ masterKey: masterKey(next) }).authorization(id, ENDPOINT)).toBeDefined();
    await expect(open({ masterKey: masterKey(old) }).authorization(id, ENDPOINT)).rejects.toThrow();
  });
});

describe('sending to a browser', () => {
  const sending = async (
    facts: Partial<PushFacts>,
    { isWaiting = true, fails }: { readonly isWaiting?: boolean; readonly fails?: unknown } = {},
  ) => {
    const sent: PushMessage[] = [];
    const channel = pushChannel({
      registry: {
        deliver: async (_id, _account, message) => {
          sent.push(message('en'));
          if (fails !== undefined) throw fails;
          return 'sent';
        },
        drop: async () => undefined,
      },
      clock,
      isWaiting: async () => isWaiting,
      words: notificationPush,
    });
    const delivery = { to: 'psh_a', kind: 'approval.requested', body: JSON.stringify({ account: 'acc_a', ...facts }) };
    return { outcome: await channel.send(delivery as Delivery), sent };
  };
  const failing = (answered: Answered) => ({ fails: fetchFailed('status_not_ok', 'status', answered) });

  test('an approval is kept no longer than it can be decided, and is urgent (RFC 8030 §5.2, §5.3)', async () => {
    const { sent } = await sending({ approval: 'apv_a', until: NOW + 77 });
    expect(sent).toMatchObject([{ ttlSeconds: 77, urgency: 'high', topic: 'approvals' }]);
    expect((await sending({})).sent).toMatchObject([{ ttlSeconds: 259_200, urgency: 'normal' }]);
  });

  test('nothing is sent of an approval that is expired or decided', async () => {
    expect(await sending({ approval: 'apv_a', until: NOW })).toEqual({ outcome: 'over', sent: [] });
    expect(await sending({ approval: 'apv_a', until: NOW + 9 }, { isWaiting: false })).toEqual({
      outcome: 'over',
      sent: [],
    });
  });

  test.each([
    ['120', 120],
    [new Date((NOW + 300) * 1000).toUTCString(), 300],
    [new Date((NOW - 300) * 1000).toUTCString(), 0],
    ['999999999', 21_600],
    ['-5', 0],
    ['soon', 0],
    ['', 0],
  ])('Retry-After %j is honoured, within bounds (RFC 8030 §8.4)', async (retryAfter, retryAfterSeconds) => {
    const { outcome } = await sending({}, failing({ status: 429, retryAfter }));
    expect(outcome).toEqual({ failure: 'status_not_ok', isFinal: false, status: 429, retryAfterSeconds });
  });

  test.each([
    [400, true],
    [413, true],
    [401, false],
    [403, false],
    [500, false],
    [503, false],
  ])('status %i: another try would come to the same: %j', async (status, isFinal) => {
    expect((await sending({}, failing({ status }))).outcome).toMatchObject({ isFinal });
  });

  test('an unexpected error is rethrown', async () => {
    await expect(sending({}, { fails: new Error('a bug') })).rejects.toThrow('a bug');
  });
});
