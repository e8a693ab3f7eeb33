import { type HtmlValue, html, phrase } from '../html.ts';

export const emailWords = {
  title: phrase({ en: 'E-mail address', de: 'E-Mail-Adresse' }),
  change: phrase({ en: 'Change address', de: 'Adresse ändern' }),
  add: phrase({ en: 'Add an address', de: 'Adresse hinzufügen' }),
  none: phrase({
    en: 'There is none. Without one the server cannot notify you about your account.',
    de: 'Es gibt keine. Ohne sie kann Ihnen niemand sagen, was Ihr Konto betrifft.',
  }),
  itIs: (address: HtmlValue, isVerified: boolean) =>
    phrase({
      en: html`Current address: ${address}${!isVerified && ', not confirmed yet'}`,
      de: html`Jetzige Adresse: ${address}${!isVerified && ', noch nicht bestätigt'}`,
    }),
  sentTitle: phrase({ en: 'Check your e-mail', de: 'Sehen Sie in Ihr Postfach' }),
  notThere: phrase({ en: 'No mail, or a wrong address?', de: 'Keine Mail, oder die falsche Adresse?' }),
  back: phrase({ en: 'Back to sign-in and security', de: 'Zurück zu Anmeldung und Sicherheit' }),
  onItsWay: phrase({
    en: 'A link is on its way to the new address. It takes effect when you have opened the link and confirmed it.',
    de: 'Ein Link ist zur neuen Adresse unterwegs. Sie gilt, wenn Sie den Link geöffnet und sie bestätigt haben.',
  }),
  new: phrase({ en: 'New address', de: 'Neue Adresse' }),
  newHint: phrase({
    en: 'We send a link to the new address. The change takes effect when you open it and confirm.',
    de: 'Wir senden einen Link an die neue Adresse. Die Änderung gilt, wenn Sie ihn öffnen und bestätigen.',
  }),
  sendLink: phrase({ en: 'Send me a link', de: 'Link zusenden' }),
  cancel: phrase({ en: 'Cancel', de: 'Abbrechen' }),
  confirmTitle: phrase({ en: 'Confirm your address', de: 'Adresse bestätigen' }),
  goesTo: (address: HtmlValue) =>
    phrase({
      en: html`From now on mail to you goes to ${address}, and you can set a new password from there. The server notifies the former address.`,
      de: html`Von nun an geht Mail an Sie an ${address}, und von dort aus kann ein neues Passwort gesetzt werden. Der Adresse davor wird das mitgeteilt.`,
    }),
  confirm: phrase({ en: 'Confirm', de: 'Bestätigen' }),
};
