import { type HtmlValue, html, phrase } from '../html.ts';

/** The device flow (RFC 8628), as the user sees it. */
export const deviceWords = {
  connect: phrase({ en: 'Connect a device', de: 'Gerät verbinden' }),
  enterCode: phrase({
    en: 'Enter the code that your device shows. Only do this if you started it yourself.',
    de: 'Geben Sie den Code ein, den Ihr Gerät zeigt. Tun Sie das nur, wenn Sie es selbst begonnen haben.',
  }),
  code: phrase({ en: 'Code', de: 'Code' }),
  continue: phrase({ en: 'Continue', de: 'Weiter' }),
  errors: {
    incorrect: phrase({
      en: 'That code is not known or is no longer valid. Check what your device shows and try again.',
      de: 'Dieser Code ist nicht bekannt oder gilt nicht mehr. Sehen Sie nach, was Ihr Gerät zeigt, und versuchen Sie es noch einmal.',
    }),
    aborted: phrase({
      en: 'The request was denied. Your device was not given access.',
      de: 'Die Anfrage wurde abgelehnt. Ihr Gerät hat keinen Zugriff bekommen.',
    }),
    too_many_attempts: phrase({
      en: 'Too many codes were tried. Wait a few minutes and try again.',
      de: 'Es wurden zu viele Codes probiert. Warten Sie ein paar Minuten und versuchen Sie es noch einmal.',
    }),
    failed: phrase({
      en: 'Something went wrong. Start again on your device.',
      de: 'Etwas ist schiefgegangen. Beginnen Sie auf Ihrem Gerät noch einmal.',
    }),
  },
  check: phrase({ en: 'Check the code', de: 'Code vergleichen' }),
  sameCode: phrase({ en: 'Does your device show this code?', de: 'Zeigt Ihr Gerät diesen Code?' }),
  wantsToConnect: (who: HtmlValue) =>
    phrase({
      en: html`${who} wants to connect a device to your account`,
      de: html`${who} möchte ein Gerät mit Ihrem Konto verbinden`,
    }),
  unchecked: phrase({ en: 'No administrator has checked it', de: 'Niemand hier hat sie geprüft' }),
  askedFrom: (address: HtmlValue) => phrase({ en: html`Asked from ${address}`, de: html`Gefragt von ${address}` }),
  askedAt: (when: HtmlValue) => phrase({ en: html`Asked at ${when}`, de: html`Gefragt am ${when}` }),
  software: (name: HtmlValue) =>
    phrase({ en: html`The device calls itself “${name}”`, de: html`Das Gerät nennt sich „${name}“` }),
  inYourHands: {
    line: phrase({
      en: 'Only continue if you started this yourself',
      de: 'Machen Sie nur weiter, wenn Sie das selbst begonnen haben',
    }),
    text: phrase({
      en: 'The device must be in your hands. If a person sent you this code, deny.',
      de: 'Das Gerät muss in Ihren Händen sein. Hat Ihnen jemand diesen Code geschickt, lehnen Sie ab.',
    }),
  },
  isSame: phrase({ en: 'The code is the same', de: 'Der Code stimmt überein' }),
  connected: phrase({ en: 'Device connected', de: 'Gerät verbunden' }),
  yourDeviceIsConnected: phrase({ en: 'Your device is connected', de: 'Ihr Gerät ist verbunden' }),
  goesOn: (name: HtmlValue) =>
    phrase({
      en: html`${name ?? 'It'} goes on by itself in a moment. You can close this page.`,
      de: html`${name ?? 'Es'} macht gleich von selbst weiter. Sie können diese Seite schließen.`,
    }),
  standsUnder: (accountHref: string) =>
    phrase({
      en: html`What you allowed stands under <a href="${accountHref}">My account</a>, where you can end it.`,
      de: html`Was Sie erlaubt haben, steht unter <a href="${accountHref}">Mein Konto</a>, und dort können Sie es beenden.`,
    }),
};
