import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { smtpMailer } from '../../../adapters/mail/smtp-mailer.ts';
import { isMailNotSent } from '../../../src/domain/ports/mailer.ts';
import { type MailServer, mailServer, plainOf } from '../../support/mail-server.ts';

const MESSAGE = {
  language: 'de',
  id: 'msg_1',
  to: 'ada@example.com',
  subject: 'Hello',
  text: 'A line\n',
  html: '<p>A line</p>',
};

let server: MailServer;
beforeAll(async () => {
  server = await mailServer();
});
afterEach(() => {
  server.received.length = 0;
  server.answers.recipient = undefined;
});
afterAll(() => server.close());

const mailer = (more: { url?: string; isTlsRequired?: boolean } = {}) =>
  smtpMailer({
    url: server.url,
    isTlsRequired: false,
    from: 'Behalf <id@example.com>',
    domain: 'id.example.com',
    ...more,
  });

const failure = async (send: Promise<void>): Promise<unknown> =>
  send.then(
    () => 'sent',
    (error: unknown) => (isMailNotSent(error) ? [error.message, error.isFinal] : error),
  );

test('a mail has both forms, the id of its message and its language (RFC 3282), and says that a machine wrote it', async () => {
  const one = mailer();
  await one.send(MESSAGE);
  one.close();
  const [mail] = server.received;
  expect(mail?.to).toEqual(['ada@example.com']);
  const text = mail ? plainOf(mail) : '';
  expect(text).toMatch(/^Message-ID: <msg_1@id\.example\.com>\r?$/m);
  expect(text).toMatch(/^Content-Language: de\r?$/m);
  expect(text).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
  expect(text).toMatch(/^From: Behalf <id@example\.com>\r?$/m);
  expect(text).toContain('text/plain');
  expect(text).toContain('<p>A line</p>');
});

test.each([
  [550, ['smtp_550', true]],
  [451, ['smtp_451', false]],
])('a recipient that is answered with %i', async (status, told) => {
  server.answers.recipient = status;
  const one = mailer();
  expect(await failure(one.send(MESSAGE))).toEqual(told);
  one.close();
  expect(server.received).toEqual([]);
});

test('nothing is sent in the clear where TLS is required', async () => {
  const one = mailer({ isTlsRequired: true });
  expect(await failure(one.send(MESSAGE))).toEqual([expect.stringMatching(/^(?:etls|smtp_\d{3})$/), false]);
  one.close();
  expect(server.received).toEqual([]);
});

test('a server that is not there is tried again later', async () => {
  const gone = await mailServer();
  await gone.close();
  const one = mailer({ url: gone.url });
  expect(await failure(one.send(MESSAGE))).toEqual([expect.stringMatching(/^e/), false]);
  one.close();
});

test('an address brings no second recipient and no header along', async () => {
  const one = mailer();
  await failure(one.send({ ...MESSAGE, to: 'ada@example.com, eve@example.com' }));
  await failure(one.send({ ...MESSAGE, to: 'ada@example.com\r\nBcc: eve@example.com' }));
  await failure(one.send({ ...MESSAGE, subject: 'Hello\r\nBcc: eve@example.com' }));
  one.close();
  expect(server.received.filter(({ to }) => to.includes('eve@example.com'))).toEqual([]);
  expect(server.received.filter((mail) => /^Bcc/m.test(plainOf(mail)))).toEqual([]);
});
