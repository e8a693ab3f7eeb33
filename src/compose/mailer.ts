import { smtpMailer } from '../../adapters/mail/smtp-mailer.ts';
import type { Configuration } from '../../config/configuration.ts';
import { isLocalMailServer } from '../../config/rules.ts';
import type { Mailer } from '../domain/ports/mailer.ts';

/** The configured mailer, if there is one. */
export const mailerOf = ({ mail = {}, issuer }: Configuration): Mailer | undefined =>
  mail.smtpUrl === undefined
    ? undefined
    : smtpMailer({
        url: mail.smtpUrl,
        isTlsRequired: !isLocalMailServer(mail.smtpUrl),
        from: mail.from ?? '',
        domain: new URL(issuer).hostname,
      });
