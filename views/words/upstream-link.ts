import { type HtmlValue, html, phrase } from '../html.ts';

/** An account linked by hand to a person of a sign-in provider. */
export const upstreamLinkWords = {
  make: phrase({ en: 'Link an identity', de: 'Identität verbinden' }),
  asked: (name: HtmlValue, username: HtmlValue) =>
    phrase({
      en: html`Link a sign-in to ${name} (${username})?`,
      de: html`${name} (${username}) mit einer Anmeldung verbinden?`,
    }),
  lead: (name: HtmlValue) =>
    phrase({
      en: html`The person who has this id at the provider can then sign in as ${name} and do all that ${name} may do. Compare the id with the provider first.`,
      de: html`Die Person mit dieser Kennung beim Anmeldedienst kann sich dann als ${name} anmelden und alles tun, was ${name} darf. Vergleichen Sie die Kennung vorher mit dem Anmeldedienst.`,
    }),
  provider: phrase({ en: 'Sign-in provider', de: 'Anmeldedienst' }),
  subject: phrase({ en: 'User id at the provider', de: 'Benutzerkennung beim Anmeldedienst' }),
  subjectHint: phrase({
    en: 'The claim sub of its ID token, for example u-17. It must match exactly. An e-mail address or a username does not work.',
    de: 'Der Claim sub seines ID-Tokens, zum Beispiel u-17. Er muss genau übereinstimmen. Eine E-Mail-Adresse oder ein Benutzername funktioniert nicht.',
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
    en: html`Done. This person can now sign in with the linked identity. <a href="#links">Show it</a>`,
    de: html`Erledigt. Diese Person kann sich jetzt mit der verbundenen Identität anmelden. <a href="#links">Anzeigen</a>`,
  }),
};
