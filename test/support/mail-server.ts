/** A real SMTP server on loopback that keeps what it is sent, and can be told to refuse. */
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export type ReceivedMail = { readonly to: readonly string[]; readonly raw: string };

export type MailServer = Awaited<ReturnType<typeof mailServer>>;

export const mailServer = async () => {
  const received: ReceivedMail[] = [];
  const waiting = new Set<() => void>();
  /** What the next recipients are answered, an SMTP status; undefined: they are accepted. */
  const answers = { recipient: undefined as number | undefined };
  /** Addresses that take no mail for now: 451. */
  const deferred = new Set<string>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo({ address }, _session, callback) {
      const recipient = deferred.has(address) ? 451 : answers.recipient;
      if (recipient === undefined) callback();
      else callback(Object.assign(new Error('not now'), { responseCode: recipient }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw });
        callback();
        for (const wake of waiting) wake();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const url = `smtp://127.0.0.1:${port}`;
  return {
    url,
    /** What makes a server send its mails here. */
    environment: { BEHALF_SMTP_URL: url, BEHALF_MAIL_FROM: 'Behalf <id@example.com>' },
    received,
    answers,
    deferred,
    /** Resolves with the mails to an address that fit when there are so many of them. */
    async arrived(to: string, fits: RegExp, count = 1): Promise<readonly ReceivedMail[]> {
      for (;;) {
        const found = received.filter((mail) => mail.to.includes(to) && fits.test(plainOf(mail)));
        if (found.length >= count) return found;
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
};

/** Headers and text of a mail, with soft line ends and quoted characters undone. */
export const plainOf = ({ raw }: ReceivedMail): string =>
  Buffer.from(
    raw
      .replace(/=\r\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    'latin1',
  ).toString('utf8');
