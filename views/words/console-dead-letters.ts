import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/** Notifications whose delivery was abandoned. */
export const deadLetterWords = {
  title: phrase({ en: 'Undelivered notifications', de: 'Nicht zugestellte Benachrichtigungen' }),
  lead: phrase({
    en: 'The server gave up delivering these. It keeps them for 30 days. Repair the recipient first, then send them again.',
    de: 'Die Zustellung dieser Nachrichten hat der Server aufgegeben. Er behält sie 30 Tage. Bringen Sie erst den Empfänger in Ordnung, dann senden Sie erneut.',
  }),
  none: phrase({
    en: 'All notifications were delivered, or are still being tried.',
    de: 'Alle Benachrichtigungen sind zugestellt, oder die Zustellung wird noch versucht.',
  }),
  notification: phrase({ en: 'Notification', de: 'Benachrichtigung' }),
  recipient: phrase({ en: 'Recipient', de: 'Empfänger' }),
  channels: {
    mail: phrase({ en: 'by mail', de: 'per Mail' }),
    webhook: phrase({ en: 'by webhook', de: 'per Webhook' }),
    push: phrase({ en: 'to a browser', de: 'an einen Browser' }),
    app: phrase({ en: 'to an app', de: 'an eine App' }),
  },
  failure: phrase({ en: 'Last failure', de: 'Letzter Fehler' }),
  /** By the code of the failure. Others are texts of a mail server. */
  failures: {
    status_not_ok: phrase({
      en: 'The receiver answered with an error',
      de: 'Der Empfänger antwortete mit einem Fehler',
    }),
    gone: phrase({ en: 'The receiver is gone (HTTP 410)', de: 'Den Empfänger gibt es nicht mehr (HTTP 410)' }),
    not_reachable: phrase({ en: 'The receiver cannot be reached', de: 'Der Empfänger ist nicht erreichbar' }),
    name_not_resolved: phrase({ en: 'The name of the host is not known', de: 'Der Name des Hosts ist nicht bekannt' }),
    timed_out: phrase({ en: 'The receiver did not answer in time', de: 'Der Empfänger antwortete nicht rechtzeitig' }),
    certificate_not_valid: phrase({
      en: 'The certificate of the receiver is not valid',
      de: 'Das Zertifikat des Empfängers ist nicht gültig',
    }),
    address_not_allowed: phrase({
      en: 'The address of the receiver is not allowed',
      de: 'Die Adresse des Empfängers ist nicht erlaubt',
    }),
    url_not_allowed: phrase({ en: 'The URL is not allowed', de: 'Die URL ist nicht erlaubt' }),
    redirected: phrase({ en: 'The receiver redirected', de: 'Der Empfänger leitete weiter' }),
    internal: phrase({ en: 'An error of this server', de: 'Ein Fehler dieses Servers' }),
  },
  httpStatus: (status: number) => phrase({ en: `HTTP ${status}`, de: `HTTP ${status}` }),
  attempts: (count: number) =>
    phrase({
      en: count === 1 ? 'after one attempt' : `after ${count} attempts`,
      de: count === 1 ? 'nach einem Versuch' : `nach ${count} Versuchen`,
    }),
  allAttempts: (count: number) =>
    phrase({
      en: count === 1 ? 'One attempt' : `${count} attempts, newest first`,
      de: count === 1 ? 'Ein Versuch' : `${count} Versuche, neueste zuerst`,
    }),
  time: phrase({ en: 'Time (UTC)', de: 'Zeit (UTC)' }),
  status: phrase({ en: 'Status', de: 'Status' }),
  answer: phrase({ en: 'Answer', de: 'Antwort' }),
  due: phrase({ en: 'First due', de: 'Zuerst fällig' }),
  until: (time: HtmlValue) => phrase({ en: html`kept until ${time}`, de: html`aufbewahrt bis ${time}` }),
  again: phrase({ en: 'Send again', de: 'Erneut senden' }),
  allAgain: phrase({ en: 'Send all again', de: 'Alle erneut senden' }),
  alsoBefore: phrase({
    en: 'This includes the attempts before it was sent again.',
    de: 'Darunter sind die Versuche, bevor erneut gesendet wurde.',
  }),
};

/** What the code of a failure means; a text of a mail server has no code. */
export const failureText = (failure: string): Phrase | undefined =>
  Object.hasOwn(deadLetterWords.failures, failure)
    ? deadLetterWords.failures[failure as keyof typeof deadLetterWords.failures]
    : undefined;
