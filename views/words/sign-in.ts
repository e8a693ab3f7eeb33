import { type HtmlValue, html, phrase } from '../html.ts';

export const signInWords = {
  title: phrase({ en: 'Sign in', de: 'Anmelden' }),
  /** Whose request it is for; `host` where it is an app that is not verified here. */
  toContinueWith: (kind: 'agent' | 'client', name: HtmlValue, host: HtmlValue) =>
    phrase({
      en: html`to continue with ${kind === 'agent' && 'the agent '}${name}${host && html` at ${host}`}. You will see what it asks for before anything is allowed.`,
      de: html`und weiter zu ${kind === 'agent' ? 'dem Agenten ' : 'der App '}${name}${host && html` auf ${host}`}. Bevor etwas erlaubt wird, sehen Sie, worum gebeten wird.`,
    }),
  toYourAccount: phrase({
    en: 'to see and manage what agents and apps may do for you.',
    de: 'und sehen und bestimmen, was Agenten und Apps für Sie tun dürfen.',
  }),
  username: phrase({ en: 'Username', de: 'Benutzername' }),
  workAddress: phrase({ en: 'Your address at work', de: 'Ihre Adresse bei der Arbeit' }),
  password: phrase({ en: 'Password', de: 'Passwort' }),
  orLeaveEmpty: phrase({
    en: 'Not needed if your organisation signs you in.',
    de: 'Nicht nötig, wenn Ihre Organisation Sie anmeldet.',
  }),
  continue: phrase({ en: 'Continue', de: 'Weiter' }),
  or: phrase({ en: 'or', de: 'oder' }),
  forgotten: phrase({ en: 'I forgot my password', de: 'Ich habe mein Passwort vergessen' }),
  withPasskey: phrase({ en: 'Sign in with a passkey', de: 'Mit einem Passkey anmelden' }),
  withProvider: (name: string) => phrase({ en: `Sign in with ${name}`, de: `Mit ${name} anmelden` }),
  enterBoth: phrase({
    en: 'Enter your username and your password.',
    de: 'Geben Sie Ihren Benutzernamen und Ihr Passwort ein.',
  }),
  chooseHow: phrase({ en: 'Choose how to sign in.', de: 'Wählen Sie, wie Sie sich anmelden.' }),
  cancel: phrase({ en: 'Cancel and go back', de: 'Abbrechen und zurück' }),
};
