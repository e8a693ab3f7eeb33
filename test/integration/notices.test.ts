/** People are told by mail, other systems by webhook: over a real SMTP server and a real https endpoint. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type MailServer, mailServer, plainOf } from '../support/mail-server.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { isAccepted, webhookReceiver } from '../support/webhook-receiver.ts';

const BY = { caller: 'system' };

let authority: LocalAuthority;
let mails: MailServer;
let receiver: Awaited<ReturnType<typeof webhookReceiver>>;
let server: RunningServer;

beforeAll(async () => {
  authority = await localAuthority();
  mails = await mailServer();
  receiver = await webhookReceiver(authority);
  server = await runServer({
    environment: {
      BEHALF_EGRESS_ALLOWED_HOSTS: receiver.host,
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      BEHALF_SMTP_URL: mails.url,
      BEHALF_MAIL_FROM: 'Behalf <id@example.com>',
    },
  });
});
afterAll(async () => {
  await server?.close();
  await mails?.close();
  await authority?.remove();
});

test('WH-03 a change arrives at a proven endpoint, signed over its very bytes, and at nobody before', async () => {
  const { accounts, telling } = server.behalf.services;
  const { document: account } = await accounts.create(
    { username: 'ada', name: 'Ada', email: 'ada@example.com', emailVerified: true },
    BY,
  );
  const { made, secret } = await telling.webhooks.create(
    { name: 'Audit', url: receiver.url, kinds: ['account.password_changed'] },
    BY,
  );
  expect(made.document.state).toBe('unproven');
  await telling.webhooks.prove(made.document.id, BY);
  await accounts.setPassword(account.id, 'a long enough password', BY);
  const [got] = await receiver.arrived(({ message }) => message.type === 'account.password_changed');
  expect(got?.message.data).toMatchObject({ subject: account.id, account: account.id });
  expect(got && isAccepted(got, secret)).toBe(true);
  const [mail] = await mails.arrived('ada@example.com', /password/);
  expect(mail && plainOf(mail)).toContain('Hello Ada,');
});
