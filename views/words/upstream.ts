import { type HtmlValue, html, phrase } from '../html.ts';

/** The redirect to another provider and back. */
export const onwardWords = {
  signingIn: phrase({ en: 'Signing in', de: 'Anmeldung läuft' }),
  signedIn: phrase({ en: 'Signed in', de: 'Angemeldet' }),
  onTo: (provider: HtmlValue) => phrase({ en: html`On to ${provider}`, de: html`Weiter zu ${provider}` }),
  backFrom: (provider: HtmlValue) => phrase({ en: html`Back from ${provider}`, de: html`Zurück von ${provider}` }),
  signInThere: phrase({
    en: 'You sign in there, and come back here.',
    de: 'Dort melden Sie sich an und kommen hierher zurück.',
  }),
  signedInThere: phrase({
    en: 'You are signed in there. One moment.',
    de: 'Sie sind dort angemeldet. Einen Moment.',
  }),
  signingOut: phrase({ en: 'Signing out', de: 'Abmeldung läuft' }),
  signOutThere: phrase({
    en: 'You are signed out here. There you sign out, too.',
    de: 'Hier sind Sie abgemeldet. Dort melden Sie sich auch ab.',
  }),
  continue: phrase({ en: 'Continue', de: 'Weiter' }),
  notSignedIn: (provider: string) =>
    phrase({
      en: `You are not signed in with ${provider}`,
      de: `Sie sind nicht mit ${provider} angemeldet`,
    }),
  backToSignIn: phrase({ en: 'Back to the sign-in page', de: 'Zurück zur Anmeldung' }),
  backToSecurity: phrase({ en: 'Back to sign-in and security', de: 'Zurück zu Anmeldung und Sicherheit' }),
};

/** For a user who authenticated there and has no account link here yet. */
export const connectWords = {
  title: phrase({ en: 'Connect your account', de: 'Konto verbinden' }),
  signedInAs: (provider: HtmlValue, label: HtmlValue) =>
    phrase({
      en: html`You signed in at ${provider} as ${label}. This sign-in is not connected with an account here yet.`,
      de: html`Sie haben sich bei ${provider} als ${label} angemeldet. Damit ist hier noch kein Konto verbunden.`,
    }),
  proveOnce: phrase({
    en: 'If you have one, prove once that it is yours. From then on you can sign in either way.',
    de: 'Wenn Sie eines haben, beweisen Sie einmal, dass es Ihres ist. Danach können Sie sich auf beiden Wegen anmelden.',
  }),
  askAdministrator: phrase({
    en: 'Ask an administrator to connect the two.',
    de: 'Bitten Sie die Administration, beides zu verbinden.',
  }),
  username: phrase({ en: 'Username here', de: 'Benutzername hier' }),
  password: phrase({ en: 'Password here', de: 'Passwort hier' }),
  connect: phrase({ en: 'Connect and sign in', de: 'Verbinden und anmelden' }),
  withPasskey: phrase({ en: 'Connect with a passkey', de: 'Mit einem Passkey verbinden' }),
  otherWay: phrase({ en: 'Sign in another way', de: 'Anders anmelden' }),
};
