import { expect, test } from '@jest/globals';
import type { MailMessage } from '../../../src/domain/ports/mailer.ts';
import { masterKey } from '../../../src/domain/secrets/master-key.ts';
import { mailChannel } from '../../../src/domain/telling/mail-channel.ts';
import { noticeMail } from '../../../views/mail/notice-mail.ts';

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
    usualLanguage,
    words: (model) => noticeMail({ ...model, issuer: ISSUER }),
  });
  const body = JSON.stringify({ at: 1_800_000_000, pageLanguage });
  const delivery = { id: 'msg_1', channel: 'mail', to: account.id, kind: 'factor.added', body, attempts: 0 };
  expect(await send(delivery as never)).toBe('sent');
  expect(sent.map(({ language: read, text }) => [read, text.split('\n', 1)[0]])).toEqual([
    [expected, expected === 'de' ? 'Guten Tag Ada,' : 'Hello Ada,'],
  ]);
});
