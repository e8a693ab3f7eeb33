import { type HtmlValue, html, phrase } from '../html.ts';

/** Sign-in and security: second factors, codes, other providers. */
export const securityWords = {
  title: phrase({ en: 'Sign-in and security', de: 'Anmeldung und Sicherheit' }),
  lead: phrase({
    en: 'How you prove that it is you. To change anything here, you sign in again.',
    de: 'Womit Sie beweisen, dass Sie es sind. Um hier etwas zu ändern, melden Sie sich neu an.',
  }),
  twoStep: (isOn: boolean) =>
    isOn
      ? phrase({
          en: html`<strong>Two-step sign-in is on.</strong> A sign-in asks for a second factor, too.`,
          de: html`<strong>Die Anmeldung in zwei Schritten ist an.</strong> Sie fragt auch nach einem zweiten Faktor.`,
        })
      : phrase({
          en: html`<strong>Two-step sign-in is off.</strong> Add a passkey or an authenticator app to turn it on.`,
          de: html`<strong>Die Anmeldung in zwei Schritten ist aus.</strong> Fügen Sie einen Passkey oder eine Authenticator-App hinzu, um sie einzuschalten.`,
        }),
  factors: phrase({ en: 'Second factors', de: 'Zweite Faktoren' }),
  noFactor: (hasPassword: boolean) =>
    phrase({
      en: `There is none. A person who ${hasPassword ? 'knows your password' : 'can sign in elsewhere as you'} can sign in as you, and allow agents what you could.`,
      de: `Es gibt keinen. Wer ${hasPassword ? 'Ihr Passwort kennt' : 'sich anderswo als Sie anmelden kann'}, kann sich als Sie anmelden und Agenten erlauben, was Sie erlauben könnten.`,
    }),
  basics: phrase({ en: 'Account', de: 'Konto' }),
  password: phrase({ en: 'Password', de: 'Passwort' }),
  passwordIs: phrase({
    en: 'You sign in with your username and this password. A change signs you out everywhere else.',
    de: 'Sie melden sich mit Ihrem Benutzernamen und diesem Passwort an. Eine Änderung meldet Sie überall sonst ab.',
  }),
  /** Short: the line above says of what. */
  changePassword: phrase({
    en: html`Change<span class="unseen"> password</span>`,
    de: html`Ändern<span class="unseen">: Passwort</span>`,
  }),
  changeAddress: phrase({
    en: html`Change<span class="unseen"> address</span>`,
    de: html`Ändern<span class="unseen">: Adresse</span>`,
  }),
  verified: phrase({ en: 'Confirmed', de: 'Bestätigt' }),
  unverified: phrase({ en: 'Not confirmed', de: 'Nicht bestätigt' }),
  added: (created: HtmlValue, lastUsed: HtmlValue) =>
    phrase({
      en: html`Added ${created}, ${lastUsed ? html`last used ${lastUsed}` : 'not used yet'}.`,
      de: html`Hinzugefügt ${created}, ${lastUsed ? html`zuletzt benutzt ${lastUsed}` : 'noch nicht benutzt'}.`,
    }),
  stopped: phrase({ en: 'Stopped', de: 'Gesperrt' }),
  mayBeCopied: phrase({
    en: 'There may be a copy of it: remove it, and make another.',
    de: 'Es gibt vielleicht eine Kopie davon: Entfernen Sie ihn und erstellen Sie einen anderen.',
  }),
  remove: phrase({ en: 'Remove', de: 'Entfernen' }),
  codesLeft: (count: number) =>
    phrase({
      en: `${count} of your codes were not used. Each works once, in place of a second factor.`,
      de: `${count === 1 ? 'Einer Ihrer Codes wurde' : `${count} Ihrer Codes wurden`} noch nicht benutzt. Jeder gilt einmal, anstelle eines zweiten Faktors.`,
    }),
  newCodes: phrase({
    en: html`Create new<span class="unseen"> codes</span>`,
    de: html`Neu erstellen<span class="unseen">: Codes</span>`,
  }),
  oldCodesAreOver: phrase({ en: 'New codes replace the old ones.', de: 'Neue Codes ersetzen die alten.' }),
  providers: phrase({ en: 'Sign-in at other providers', de: 'Anmeldung bei anderen Diensten' }),
  noProvider: phrase({
    en: 'There is none. You can connect your account, and then sign in there instead of here.',
    de: 'Es gibt keine. Sie können Ihr Konto verbinden und sich dann dort statt hier anmelden.',
  }),
  as: (label: HtmlValue) => phrase({ en: html`As ${label}`, de: html`Als ${label}` }),
  switchedOff: phrase({ en: 'Switched off', de: 'Abgeschaltet' }),
  connectedOn: (moment: HtmlValue) => phrase({ en: html`Connected ${moment}.`, de: html`Verbunden ${moment}.` }),
  connect: phrase({ en: 'Connect', de: 'Verbinden' }),
  notConnected: phrase({ en: 'Not connected.', de: 'Nicht verbunden.' }),
  disconnect: phrase({ en: 'Disconnect', de: 'Trennen' }),
  language: phrase({ en: 'Language', de: 'Sprache' }),
  languageHint: phrase({ en: 'Of mails to you, and of these pages.', de: 'Der Mails an Sie und dieser Seiten.' }),
  save: phrase({ en: 'Save', de: 'Speichern' }),
  done: {
    language: phrase({ en: 'Pages and mails are in English.', de: 'Seiten und Mails sind auf Deutsch.' }),
    removed: phrase({
      en: 'Removed. Sign-in no longer asks for it. Your other sessions ended.',
      de: 'Entfernt. Danach wird nicht mehr gefragt, und Ihre anderen Sitzungen sind beendet.',
    }),
    added: phrase({
      en: 'Added. The next sign-in asks for it.',
      de: 'Hinzugefügt. Die nächste Anmeldung fragt danach.',
    }),
    connected: phrase({
      en: 'Connected. You can sign in there from now on.',
      de: 'Verbunden. Von nun an können Sie sich dort anmelden.',
    }),
    disconnected: phrase({
      en: 'Disconnected. No user can sign in to your account from there any more.',
      de: 'Getrennt. Von dort meldet sich niemand mehr bei Ihrem Konto an.',
    }),
  },
};
