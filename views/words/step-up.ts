import { type HtmlValue, html, phrase } from '../html.ts';

/** The page on which a person confirms with a fresh sign-in, for a client that cannot send them to sign in again. */
export const stepUpWords = {
  title: phrase({ en: 'Confirm that it is you', de: 'Bestätigen Sie, dass Sie es sind' }),
  heading: (party: HtmlValue) =>
    phrase({ en: html`${party} needs you to confirm`, de: html`${party} braucht Ihre Bestätigung` }),
  wants: {
    factor: phrase({
      en: 'This request needs a sign-in with your second factor.',
      de: 'Diese Anfrage braucht eine Anmeldung mit Ihrem zweiten Faktor.',
    }),
    recent: phrase({
      en: 'This request needs a recent sign-in.',
      de: 'Diese Anfrage braucht eine frische Anmeldung.',
    }),
  },
  asks: phrase({ en: 'Requested by', de: 'Angefordert von' }),
  at: phrase({ en: 'To call', de: 'Für Aufrufe bei' }),
  through: phrase({ en: 'Your app', de: 'Ihre App' }),
  isAgent: phrase({ en: 'Agent', de: 'Agent' }),
  onlyIfYou: (client: HtmlValue) =>
    phrase({
      en: html`Confirm only if you are using ${client} right now, and it led you here. Did another person send you this link? Then do not confirm.`,
      de: html`Bestätigen Sie nur, wenn Sie ${client} gerade benutzen und von dort hierher kamen. Hat Ihnen jemand diesen Link geschickt? Dann bestätigen Sie nicht.`,
    }),
  whatFollows: (minutes: number) =>
    phrase({
      en: `If you confirm, this sign-in is valid there for ${minutes} minutes. It gives no new rights.`,
      de: `Bestätigen Sie, gilt diese Anmeldung dort ${minutes} Minuten lang. Neue Rechte gibt sie nicht.`,
    }),
  confirm: phrase({ en: 'Confirm', de: 'Bestätigen' }),
  signIn: phrase({ en: 'Sign in again', de: 'Noch einmal anmelden' }),
  signInFirst: phrase({
    en: 'Sign in again first. You then return to this page and can confirm.',
    de: 'Melden Sie sich zuerst noch einmal an. Danach sind Sie wieder auf dieser Seite und können bestätigen.',
  }),
  decline: phrase({ en: 'Do not confirm', de: 'Nicht bestätigen' }),
  withoutFactor: phrase({
    en: 'You have no second factor yet. Add one, then open this page again.',
    de: 'Sie haben noch keinen zweiten Faktor. Fügen Sie einen hinzu und öffnen Sie dann diese Seite noch einmal.',
  }),
  addFactor: phrase({ en: 'Add a second factor', de: 'Zweiten Faktor hinzufügen' }),
  confirmed: phrase({
    en: 'Confirmed. Go back to your app and continue there.',
    de: 'Bestätigt. Kehren Sie zu Ihrer App zurück und machen Sie dort weiter.',
  }),
  declined: phrase({
    en: 'Not confirmed. Nothing was changed.',
    de: 'Nicht bestätigt. Es wurde nichts geändert.',
  }),
};
