import { describe, expect, test } from '@jest/globals';
import { mailChannel } from '../../../src/domain/notifications/mail-channel.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import type { MailMessage } from '../../../src/domain/ports/mailer.ts';
import { notificationMail } from '../../../views/mail/notification-mail.ts';

const ISSUER = 'https://id.example.com';

test.each([
  ['the one of its person', 'de', 'en', 'en', 'de'],
  ['that of the page where the person said nothing', undefined, 'de', 'en', 'de'],
  ['the usual one where there was no page either', undefined, undefined, 'de', 'de'],
  ['English where it is none of ours', undefined, 'fr', 'de', 'en'],
] as const)('a mail is read in %s', async (_name, language, pageLanguage, usualLanguage, expected) => {
  const sent: MailMessage[] = [];
  const account = { id: 'acc_1', name: 'Ada', email: 'ada@example.com', emailVerified: true, language };
  const { send } = mailChannel({
    mailer: { send: async (message) => void sent.push(message), close: async () => {} },
    masterKey: masterKey(Buffer.alloc(32, 7)),
    accounts: { get: async () => ({ document: account as never }) },
    agents: { get: async () => undefined },
    isWaiting: async () => true,
    usualLanguage,
    words: (model) => notificationMail({ ...model, issuer: ISSUER }),
  });
  const body = JSON.stringify({ at: 1_800_000_000, pageLanguage });
  const delivery = { id: 'msg_1', channel: 'mail', to: account.id, kind: 'factor.added', body, attempts: 0 };
  expect(await send(delivery as never)).toBe('sent');
  expect(sent.map(({ language: read, text }) => [read, text.split('\n', 1)[0]])).toEqual([
    [expected, expected === 'de' ? 'Guten Tag Ada,' : 'Hello Ada,'],
  ]);
});

describe('WH-04 a mail that waited', () => {
  const sending = async (kind: string, { isWaiting = true, state = 'active' }) => {
    const sent: MailMessage[] = [];
    const account = { id: 'acc_1', name: 'Ada', email: 'ada@example.com', emailVerified: true, state };
    const looked: string[] = [];
    const { send } = mailChannel({
      mailer: { send: async (message) => void sent.push(message), close: async () => {} },
      masterKey: masterKey(Buffer.alloc(32, 7)),
      accounts: { get: async () => ({ document: account as never }) },
      agents: { get: async () => undefined },
      isWaiting: async (approval) => {
        looked.push(approval);
        return isWaiting;
      },
      usualLanguage: 'en',
      words: (model) => notificationMail({ ...model, issuer: ISSUER }),
    });
    const body = JSON.stringify({ at: 1_800_000_000, agent: 'agt_1', object: 'apv_1' });
    const outcome = await send({ id: 'msg_1', channel: 'mail', to: account.id, kind, body, attempts: 3 } as never);
    return { outcome, sent: sent.length, looked };
  };

  test.each(['approval.requested', 'approval.escalated'])(
    '%s asks no approver about what is decided or expired',
    async (kind) => {
      expect(await sending(kind, {})).toEqual({ outcome: 'sent', sent: 1, looked: ['apv_1'] });
      expect(await sending(kind, { isWaiting: false })).toEqual({ outcome: 'over', sent: 0, looked: ['apv_1'] });
    },
  );

  test('notifies an account that was disabled meanwhile of its own security events, and of nothing else', async () => {
    const state = 'disabled';
    for (const kind of ['approval.requested', 'agent.suspended', 'break_glass.requested', 'absence.ended'])
      expect(await sending(kind, { state })).toMatchObject({ outcome: 'over', sent: 0 });
    for (const kind of ['factor.removed', 'account.password_changed', 'account.email_changed'])
      expect(await sending(kind, { state })).toMatchObject({ outcome: 'sent', sent: 1 });
    // A kind that asks for no decision is sent after the decision, too.
    expect(await sending('break_glass.activated', { isWaiting: false })).toEqual({
      outcome: 'sent',
      sent: 1,
      looked: [],
    });
  });
});
