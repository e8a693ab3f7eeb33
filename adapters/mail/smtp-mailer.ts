/**
 * Mail over SMTP, with `nodemailer`: one server, which the configuration names. Owns connections, deadlines and the
 * meaning of a server's response. Does not own the text of a mail, its recipients or retries.
 */
import { createTransport } from 'nodemailer';
import { type Mailer, MailNotSent } from '../../src/domain/ports/mailer.ts';

type Settings = {
  /** smtp:// or smtps://, with user and password if the server asks for them. */
  readonly url: string;
  /** With smtp://: whether mail requires TLS. Otherwise TLS is not started at all. */
  readonly isTlsRequired: boolean;
  readonly from: string;
  /** The domain part of each Message-ID. */
  readonly domain: string;
};

const DEADLINE_MILLISECONDS = 20_000;
const STEP_MILLISECONDS = 8_000;

export const smtpMailer = ({ url, isTlsRequired, from, domain }: Settings): Mailer => {
  const { protocol, hostname, port, username, password } = new URL(url);
  const isSecure = protocol === 'smtps:';
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isSecure ? 465 : 587) : Number(port),
    secure: isSecure,
    requireTLS: isTlsRequired,
    ignoreTLS: !isSecure && !isTlsRequired,
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true },
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    pool: true,
    maxConnections: 4,
    connectionTimeout: STEP_MILLISECONDS,
    greetingTimeout: STEP_MILLISECONDS,
    socketTimeout: STEP_MILLISECONDS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  return {
    async send({ id, to, language, subject, text, html }) {
      const timer = deadline();
      try {
        await Promise.race([
          timer.over,
          transport.sendMail({
            from,
            to: { name: '', address: to },
            subject,
            text,
            html,
            messageId: `<${id}@${domain}>`,
            // RFC 3834 §5: prevents automatic replies such as out-of-office ones. RFC 3282 §2: the language of the
            // text.
            headers: {
              'Content-Language': language,
              'Auto-Submitted': 'auto-generated',
              'X-Auto-Response-Suppress': 'All',
            },
          }),
        ]);
      } catch (error) {
        throw notSent(error);
      } finally {
        timer.stop();
      }
    },
    close: () => transport.close(),
  };
};

const deadline = () => {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new MailNotSent('timed_out', false)), DEADLINE_MILLISECONDS);
  });
  return { over, stop: () => clearTimeout(timer) };
};

/**
 * A permanent error about this one message (RFC 5321 §4.2.1) is final. A refused password concerns our
 * configuration.
 */
const notSent = (error: unknown): MailNotSent => {
  const { name, code, responseCode } = error as { name?: unknown; code?: unknown; responseCode?: unknown };
  if (name === 'MailNotSent') return error as MailNotSent;
  const isAboutMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (typeof responseCode === 'number') {
    return new MailNotSent(`smtp_${responseCode}`, isAboutMessage && responseCode >= 500);
  }
  return new MailNotSent(typeof code === 'string' ? code.toLowerCase().slice(0, 40) : 'not_sent', false);
};
