import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { backoff } from '../../../src/domain/notifications/backoff.ts';
import type { Notification } from '../../../src/domain/notifications/notification.ts';
import { webhookBody } from '../../../src/domain/notifications/webhook-body.ts';
import { signedHeaders, writtenSecret } from '../../../src/domain/notifications/webhook-signature.ts';

const secretOf = (byte: number): string => writtenSecret(Buffer.alloc(32, byte).toString('base64url'));
const message = { id: 'msg_1', body: '{"type":"agent.suspended","ä":1}' };
const second = (): number => Math.floor(Date.now() / 1000);

describe('WH-03 a signature', () => {
  test('is accepted by the library of Standard Webhooks, with either secret while there are two', () => {
    const headers = signedHeaders(message, second(), [secretOf(1), secretOf(2)]);
    for (const byte of [1, 2]) expect(new Webhook(secretOf(byte)).verify(message.body, headers)).toBeDefined();
    expect(() => new Webhook(secretOf(3)).verify(message.body, headers)).toThrow('No matching signature');
  });

  test.each([
    ['another body', { body: `${message.body} ` }, {}],
    ['another id', {}, { 'webhook-id': 'msg_2' }],
    ['another moment', {}, { 'webhook-timestamp': String(second() - 60) }],
  ])('does not hold for %s', (_, { body = message.body }: { body?: string }, changed) => {
    const headers = { ...signedHeaders(message, second(), [secretOf(1)]), ...changed };
    expect(() => new Webhook(secretOf(1)).verify(body, headers)).toThrow('No matching signature');
  });

  test('is of now: an old message is refused', () => {
    const headers = signedHeaders(message, second() - 3600, [secretOf(1)]);
    expect(() => new Webhook(secretOf(1)).verify(message.body, headers)).toThrow('too old');
  });
});

test('WH-06 a body holds ids, moments and a sequence, and nothing that a user or client chose', () => {
  const notification: Notification = {
    ...{ id: 'ntf_1', kind: 'credential.ending', subject: 'agt_1', sequence: 1_800_000_000_001, at: 1_800_000_000 },
    ...{
      agent: 'agt_1',
      owner: 'acc_1',
      object: 'crd_1',
      until: 1_800_600_000,
      isByOther: true,
      dueAt: 1,
      forgetAt: 2,
    },
  };
  expect(JSON.parse(webhookBody(notification))).toEqual({
    type: 'credential.ending',
    timestamp: '2027-01-15T08:00:00.000Z',
    data: {
      ...{ subject: 'agt_1', sequence: 1_800_000_000_001 },
      ...{ agent: 'agt_1', owner: 'acc_1', object: 'crd_1', until: 1_800_600_000 },
    },
  });
});

test('WH-04 pauses double up to three hours, and half of each is chance', () => {
  const [least, most] = [
    (failures: number) => backoff(failures, () => 0),
    (failures: number) => backoff(failures, () => 0.999_999),
  ];
  expect([1, 2, 3, 8, 12, 13, 500].map(most)).toEqual([5, 10, 20, 640, 10_240, 10_800, 10_800]);
  expect([1, 2, 3, 8, 13, 500].map(least)).toEqual([3, 5, 10, 320, 5_400, 5_400]);
  for (let times = 0; times < 200; times += 1) {
    expect(backoff(4)).toBeGreaterThanOrEqual(20);
    expect(backoff(4)).toBeLessThanOrEqual(40);
  }
});
