import { type HtmlValue, html, phrase } from '../html.ts';

/** Of `/account/notifications`, and of the links that lead there. */
export const notificationsWords = {
  title: phrase({ en: 'Notifications', de: 'Benachrichtigungen' }),
  lead: phrase({
    en: 'Your browser can notify you when an agent waits for your decision, or when your sign-in changes. These messages show no details.',
    de: 'Ihr Browser kann Sie benachrichtigen, wenn ein Agent auf Ihre Entscheidung wartet oder sich an Ihrer Anmeldung etwas ändert. Diese Nachrichten zeigen keine Einzelheiten.',
  }),
  leadOfMail: phrase({
    en: 'The server can tell you when an agent waits for your decision, and when something changes in how you sign in.',
    de: 'Der Server kann Ihnen sagen, wenn ein Agent auf Ihre Entscheidung wartet und wenn sich etwas an Ihrer Anmeldung ändert.',
  }),
  mailed: phrase({ en: 'Mails go to your address.', de: 'Mails gehen an Ihre Adresse.' }),
  notMailed: phrase({
    en: 'You get no mail: you have no confirmed address, or this server sends none.',
    de: 'Sie bekommen keine Mails: Sie haben keine bestätigte Adresse, oder dieser Server sendet keine.',
  }),
  here: phrase({ en: 'This browser', de: 'Dieser Browser' }),
  isOn: phrase({ en: 'This browser notifies you.', de: 'In diesem Browser werden Sie benachrichtigt.' }),
  isFull: phrase({
    en: 'The maximum number of browsers is reached. Remove one of them to turn it on here.',
    de: 'Sie werden schon in so vielen Browsern benachrichtigt, wie es geht. Entfernen Sie einen davon, um es hier einzuschalten.',
  }),
  needsScript: phrase({
    en: 'Turning it on takes a browser that has such messages, with JavaScript. Everything else works without them.',
    de: 'Dafür braucht es einen Browser, der solche Nachrichten kennt, und JavaScript. Alles andere geht auch ohne sie.',
  }),
  name: phrase({ en: 'Name of this browser', de: 'Name dieses Browsers' }),
  nameHint: phrase({ en: 'So that you know it among others.', de: 'Damit Sie ihn unter anderen erkennen.' }),
  turnOn: phrase({ en: 'Notify me in this browser', de: 'In diesem Browser benachrichtigen' }),
  denied: phrase({
    en: 'This browser does not allow messages of this site. You can change that in its settings.',
    de: 'Dieser Browser erlaubt dieser Seite keine Nachrichten. In seinen Einstellungen können Sie das ändern.',
  }),
  failed: phrase({
    en: 'The browser did not turn messages on. Try again, or another browser.',
    de: 'Der Browser hat die Nachrichten nicht eingeschaltet. Versuchen Sie es noch einmal oder mit einem anderen.',
  }),
  list: phrase({ en: 'Browsers that notify you', de: 'Wo Sie benachrichtigt werden' }),
  none: phrase({ en: 'In no browser yet.', de: 'Noch in keinem Browser.' }),
  /** `last`: when the last message was sent there, if any. */
  since: (on: HtmlValue, last: HtmlValue) =>
    phrase({
      en: html`Turned on ${on}, ${last ? html`last message ${last}` : 'nothing sent yet'}.`,
      de: html`Eingeschaltet ${on}, ${last ? html`letzte Nachricht ${last}` : 'noch nichts gesendet'}.`,
    }),
  kinds: phrase({ en: 'Which notifications you get', de: 'Welche Benachrichtigungen Sie bekommen' }),
  choose: phrase({
    en: 'Mails about your own sign-in and alarms stay on: they protect your account.',
    de: 'Mails über Ihre eigene Anmeldung und Alarme bleiben an: Sie schützen Ihr Konto.',
  }),
  kindsIn: (count: number, off: number) =>
    phrase({
      en: `${count} ${count === 1 ? 'kind' : 'kinds'}${off === 0 ? '' : `, ${off} turned off`}`,
      de: `${count} ${count === 1 ? 'Art' : 'Arten'}${off === 0 ? '' : `, ${off} abgeschaltet`}`,
    }),
  channels: {
    mail: phrase({ en: 'Mail', de: 'Mail' }),
    push: phrase({ en: 'Browser', de: 'Browser' }),
  },
  saveKinds: phrase({ en: 'Save the choice', de: 'Auswahl speichern' }),
  test: phrase({ en: 'Send a test', de: 'Test senden' }),
  remove: phrase({ en: 'Remove', de: 'Entfernen' }),
  toList: phrase({ en: 'Get notifications in this browser', de: 'In diesem Browser benachrichtigen lassen' }),
  done: {
    chosen: phrase({
      en: 'Saved. It applies to what happens from now on.',
      de: 'Gespeichert. Es gilt für alles, was von nun an geschieht.',
    }),
    added: phrase({
      en: 'This browser notifies you from now on. Send a test to see how that looks.',
      de: 'Ab jetzt werden Sie in diesem Browser benachrichtigt. Senden Sie einen Test, um zu sehen, wie das aussieht.',
    }),
    removed: phrase({
      en: 'Removed. That browser gets no more notifications.',
      de: 'Entfernt. Dort werden Sie nicht mehr benachrichtigt.',
    }),
    tested: phrase({
      en: 'The server sent the test. It arrives as soon as the browser is running.',
      de: 'Der Test wurde übergeben; er ist da, sobald der Browser da ist.',
    }),
    gone: phrase({
      en: 'That browser takes no messages any more. It was removed.',
      de: 'Dieser Browser nimmt keine Nachrichten mehr an. Er wurde entfernt.',
    }),
    untested: phrase({
      en: 'The push service of that browser did not take the test. Try again in a while.',
      de: 'Der Dienst hinter diesem Browser hat den Test nicht angenommen. Versuchen Sie es in einer Weile noch einmal.',
    }),
  },
};
