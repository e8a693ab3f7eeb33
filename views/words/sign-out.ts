import { brandName } from '../brand-text.ts';
import { type HtmlValue, html, phrase } from '../html.ts';

export const signOutWords = {
  signOut: phrase({ en: 'Sign out', de: 'Abmelden' }),
  question: phrase({ en: html`Sign out of ${brandName}?`, de: html`Von ${brandName} abmelden?` }),
  clientAsks: (client: HtmlValue) =>
    phrase({
      en: html`${client} asks whether you want to sign out here as well.`,
      de: html`${client} fragt, ob Sie sich auch hier abmelden wollen.`,
    }),
  apps: phrase({ en: 'Apps', de: 'Apps' }),
  appsLose: phrase({
    en: 'They lose access, unless you let them keep it while you are signed out.',
    de: 'Sie verlieren den Zugang, außer Sie haben ihnen erlaubt, ihn auch ohne Ihre Anmeldung zu behalten.',
  }),
  agents: phrase({ en: 'Agents', de: 'Agenten' }),
  agentsGoOn: phrase({
    en: 'They keep what you allowed them until you end it under My account.',
    de: 'Sie behalten, was Sie ihnen erlaubt haben, bis Sie es unter „Mein Konto“ beenden.',
  }),
  stay: phrase({ en: 'Stay signed in', de: 'Angemeldet bleiben' }),
  signedOut: phrase({ en: 'Signed out', de: 'Abgemeldet' }),
  youAreSignedOut: phrase({ en: 'You are signed out', de: 'Sie sind abgemeldet' }),
  sessionIsOver: phrase({
    en: 'Your session in this browser is over.',
    de: 'Ihre Sitzung in diesem Browser ist beendet.',
  }),
  signedOutOf: (client: HtmlValue) =>
    phrase({ en: html`You are signed out of ${client}.`, de: html`Sie sind von ${client} abgemeldet.` }),
  stillAt: (provider: HtmlValue) =>
    phrase({
      en: html`You are still signed in at ${provider}. A person who uses this browser could sign in again from there.`,
      de: html`Sie sind noch bei ${provider} angemeldet, und wer diesen Browser benutzt, könnte auf diesem Weg zurückkommen.`,
    }),
  thereToo: phrase({ en: 'Sign out there, too', de: 'Auch dort abmelden' }),
  again: phrase({ en: 'Sign in again', de: 'Wieder anmelden' }),
};
