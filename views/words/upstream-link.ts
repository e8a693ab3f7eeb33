import { type HtmlValue, html, phrase } from '../html.ts';

/** An account linked by hand to a person of a sign-in provider. */
export const upstreamLinkWords = {
  make: phrase({ en: 'Link an identity', de: 'Identität verbinden' }),
  asked: (name: HtmlValue) =>
    phrase({
      en: html`Link ${name} to an identity elsewhere?`,
      de: html`${name} mit einer Identität anderswo verbinden?`,
    }),
  lead: phrase({
    en: 'The person with this identity at the provider then signs in to this account, and gets all that it may do. Compare the id with the provider before you link it.',
    de: 'Die Person mit dieser Identität beim Anmeldedienst meldet sich dann an diesem Konto an und bekommt alles, was es darf. Vergleichen Sie die Kennung vorher mit dem Anmeldedienst.',
  }),
  provider: phrase({ en: 'Sign-in provider', de: 'Anmeldedienst' }),
  subject: phrase({ en: 'Id of the person there', de: 'Kennung der Person dort' }),
  subjectHint: phrase({
    en: 'The sub of its ID tokens, compared exactly: no e-mail address and no username.',
    de: 'Das sub seiner ID-Tokens, genau verglichen: keine E-Mail-Adresse und kein Benutzername.',
  }),
  link: phrase({ en: 'Link', de: 'Verbinden' }),
  noProvider: phrase({
    en: 'There is no active sign-in provider. Add one first.',
    de: 'Es gibt keinen aktiven Anmeldedienst. Fügen Sie zuerst einen hinzu.',
  }),
  toProviders: phrase({ en: 'Sign-in providers', de: 'Anmeldedienste' }),
};

export const upstreamLinkDoneWords = {
  identityLinked: phrase({
    en: 'Linked. The person can sign in from there.',
    de: 'Verbunden. Die Person kann sich von dort anmelden.',
  }),
};
