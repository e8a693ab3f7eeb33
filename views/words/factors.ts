import { phrase } from '../html.ts';

/** Of the pages on which a second factor is added. */
export const factorWords = {
  addPasskey: phrase({ en: 'Add a passkey', de: 'Passkey hinzufügen' }),
  whatAPasskeyIs: phrase({
    en: 'A passkey is stored on your phone, computer or security key. You unlock it with your finger, face or PIN. It works at this address only, so a fake page cannot get it.',
    de: 'Ein Passkey liegt auf Ihrem Telefon, Computer oder Sicherheitsschlüssel und öffnet sich mit dessen Sperre: Finger, Gesicht oder PIN. Er gilt nur für diese Adresse; so kann niemand Sie dazu bringen, ihn herzugeben.',
  }),
  makePasskey: phrase({ en: 'Create the passkey', de: 'Passkey erstellen' }),
  nameOfPasskey: phrase({ en: 'Name of the passkey', de: 'Name des Passkeys' }),
  soThatYouKnowIt: phrase({ en: 'So that you know it among others.', de: 'Damit Sie ihn unter anderen erkennen.' }),
  needsBrowser: phrase({
    en: 'To create a passkey, you need a browser that supports passkeys, with JavaScript. An authenticator app works everywhere.',
    de: 'Einen Passkey zu erstellen braucht einen Browser, der Passkeys kennt, mit JavaScript. Eine Authenticator-App geht überall.',
  }),
  cancel: phrase({ en: 'Cancel', de: 'Abbrechen' }),
  addApp: phrase({ en: 'Add an authenticator app', de: 'Authenticator-App hinzufügen' }),
  fromThenOn: phrase({
    en: 'From then on, a sign-in needs your password and a code from the app.',
    de: 'Von da an braucht eine Anmeldung Ihr Passwort und einen Code, den die App zeigt.',
  }),
  scan: phrase({ en: '1. Scan this code with the app', de: '1. Scannen Sie diesen Code mit der App' }),
  qrCode: phrase({ en: 'QR code for an authenticator app', de: 'QR-Code für eine Authenticator-App' }),
  orType: phrase({ en: 'Or type this key into the app:', de: 'Oder tippen Sie diesen Schlüssel in die App:' }),
  prove: phrase({ en: '2. Enter a code from the app', de: '2. Geben Sie einen Code aus der App ein' }),
  nameOfApp: phrase({ en: 'Name of the app or phone', de: 'Name der App oder des Telefons' }),
  soThatYouKnowTheApp: phrase({
    en: 'So that you know it among others.',
    de: 'Damit Sie sie unter anderen erkennen.',
  }),
  codeNow: phrase({ en: 'Code the app shows now', de: 'Code, den die App jetzt zeigt' }),
  add: phrase({ en: 'Add the app', de: 'App hinzufügen' }),
  usualPasskey: phrase({ en: 'Passkey', de: 'Passkey' }),
  usualApp: phrase({ en: 'Authenticator app', de: 'Authenticator-App' }),
};

export const recoveryWords = {
  title: phrase({ en: 'Recovery codes', de: 'Wiederherstellungscodes' }),
  keepThem: phrase({ en: 'Keep these recovery codes', de: 'Bewahren Sie diese Wiederherstellungscodes auf' }),
  wasAdded: phrase({
    en: 'It was added. The next sign-in asks for it.',
    de: 'Hinzugefügt. Die nächste Anmeldung fragt danach.',
  }),
  shownOnce: phrase({
    en: 'They are shown only now. Keep them where you keep passwords, or on paper. Each lets you in once, in place of a second factor that you lost.',
    de: 'Sie werden nur jetzt gezeigt. Bewahren Sie sie dort auf, wo Ihre Passwörter sind, oder auf Papier. Jeder lässt Sie einmal hinein, anstelle eines zweiten Faktors, den Sie verloren haben.',
  }),
  oldOnesAreOver: phrase({ en: 'Your earlier codes no longer work.', de: 'Ihre früheren Codes gelten nicht mehr.' }),
  /** Name of the downloaded file. */
  file: phrase({ en: 'recovery-codes.txt', de: 'wiederherstellungscodes.txt' }),
  download: phrase({ en: 'Download', de: 'Herunterladen' }),
  print: phrase({ en: 'Print', de: 'Drucken' }),
  kept: phrase({ en: 'I have kept them', de: 'Ich habe sie aufbewahrt' }),
};
