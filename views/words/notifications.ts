import { type HtmlValue, html, phrase } from '../html.ts';

/** Of `/account/notifications`, and of the links that lead there. */
export const notificationsWords = {
  title: phrase({ en: 'Notifications', de: 'Benachrichtigungen' }),
  lead: phrase({
    en: 'A browser can tell you when an agent waits for your decision, and when something changes in how you sign in. No message says what it is about, and opening one decides nothing.',
    de: 'Ein Browser kann Ihnen sagen, wenn ein Agent auf Ihre Entscheidung wartet und wenn sich etwas an Ihrer Anmeldung ändert. Keine Nachricht sagt, worum es geht, und sie zu öffnen entscheidet nichts.',
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
  byMail: phrase({
    en: 'The server notifies you by mail in any case.',
    de: 'Eine E-Mail bekommen Sie in jedem Fall.',
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
  kinds: phrase({ en: 'What a message is about', de: 'Worum es in einer Nachricht geht' }),
  ofApprovals: phrase({ en: 'Approvals', de: 'Freigaben' }),
  ofApprovalsMore: phrase({
    en: 'An agent waits for your decision, or a request that you could decide goes to further people.',
    de: 'Ein Agent wartet auf Ihre Entscheidung, oder über eine Anfrage an Sie können weitere Personen entscheiden.',
  }),
  ofSignIn: phrase({ en: 'Sign-in and account', de: 'Anmeldung und Konto' }),
  ofSignInMore: phrase({
    en: 'A new password, address or second factor, and what an administrator changes in your account.',
    de: 'Ein neues Passwort, eine neue Adresse, ein neuer zweiter Faktor und was die Administration an Ihrem Konto ändert.',
  }),
  ofAgents: phrase({ en: 'Agents you own', de: 'Ihre Agenten' }),
  ofAgentsMore: phrase({
    en: 'An agent waits for you as its owner, was stopped, or has a credential that ends soon.',
    de: 'Ein Agent wartet auf Sie als Eigentümer, wurde angehalten, oder einer seiner Nachweise endet bald.',
  }),
  allOfThem: phrase({
    en: 'Each browser of the list gets all of these. None can be turned off alone: they protect your account.',
    de: 'Jeder Browser der Liste bekommt sie alle. Einzeln lassen sie sich nicht abschalten: Sie schützen Ihr Konto.',
  }),
  test: phrase({ en: 'Send a test', de: 'Test senden' }),
  remove: phrase({ en: 'Remove', de: 'Entfernen' }),
  toList: phrase({ en: 'Get notifications in this browser', de: 'In diesem Browser benachrichtigen lassen' }),
  done: {
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
