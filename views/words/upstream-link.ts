import { type HtmlValue, html, phrase } from '../html.ts';

/** An account linked by hand to a person of a sign-in provider. */
export const upstreamLinkWords = {
  make: phrase({ en: 'Link an identity', de: 'Identität verbinden' }),
  asked: (name: HtmlValue, username: HtmlValue) =>
    phrase({
      en: html`Link an identity to ${name} (${username})?`,
      de: html`${name} (${username}) mit einer Identität verbinden?`,
    }),
  lead: (name: HtmlValue) =>
    phrase({
      en: html`The user with this id at the provider can then sign in as ${name}, with all rights of the account. Check the id at the provider first.`,
      de: html`Der Nutzer mit dieser Kennung beim Anmeldedienst kann sich dann als ${name} anmelden, mit allen Rechten des Kontos. Prüfen Sie die Kennung vorher dort.`,
    }),
  provider: phrase({ en: 'Sign-in provider', de: 'Anmeldedienst' }),
  subject: phrase({ en: 'User id at the provider', de: 'Benutzerkennung beim Anmeldedienst' }),
  subjectHint: phrase({
    en: 'The sub claim of its ID tokens, exactly as there. Not an e-mail address or a username.',
    de: 'Der Claim sub seiner ID-Tokens, genau wie dort. Keine E-Mail-Adresse, kein Benutzername.',
  }),
  link: phrase({ en: 'Link this identity', de: 'Diese Identität verbinden' }),
  noProvider: phrase({
    en: 'There is no active sign-in provider. Add one first.',
    de: 'Es gibt keinen aktiven Anmeldedienst. Fügen Sie zuerst einen hinzu.',
  }),
  toProviders: phrase({ en: 'Sign-in providers', de: 'Anmeldedienste' }),
};

export const upstreamLinkDoneWords = {
  identityLinked: phrase({
    en: html`This person can now sign in with the linked identity. <a href="#links">Show it</a>`,
    de: html`Diese Person kann sich jetzt mit der verbundenen Identität anmelden. <a href="#links">Anzeigen</a>`,
  }),
};
