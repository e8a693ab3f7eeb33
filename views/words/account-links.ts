import { type HtmlValue, html, phrase } from '../html.ts';

export const accountLinkWords = {
  title: phrase({
    en: 'Organisations that can act in your name',
    de: 'Organisationen, die in Ihrem Namen handeln können',
  }),
  lead: phrase({
    en: 'Their servers get access here in your name, without asking you. End what you do not know.',
    de: 'Deren Server erhalten hier in Ihrem Namen Zugriff, ohne Sie zu fragen. Beenden Sie, was Sie nicht kennen.',
  }),
  end: phrase({ en: 'End this link', de: 'Verknüpfung beenden' }),
  about: (name: string) => phrase({ en: `to ${name}`, de: `mit ${name}` }),
  asPerson: (subject: HtmlValue) => phrase({ en: html`You there: ${subject}.`, de: html`Sie dort: ${subject}.` }),
  by: (names: HtmlValue) => phrase({ en: html`Through: ${names}.`, de: html`Über: ${names}.` }),
  since: (since: HtmlValue) => phrase({ en: html`Since ${since}.`, de: html`Seit ${since}.` }),
  madeByAdministrator: phrase({ en: 'Made by an administrator.', de: 'Von der Administration angelegt.' }),
  madeByAddress: phrase({
    en: 'Made by your verified email address.',
    de: 'Über Ihre bestätigte E-Mail-Adresse angelegt.',
  }),
  inertByRole: phrase({
    en: 'It gets nothing: your account has a role here.',
    de: 'Er erhält nichts: Ihr Konto hat hier eine Rolle.',
  }),
  inertByServer: phrase({
    en: 'It gets nothing: this server does not trust it at present.',
    de: 'Er erhält nichts: Diesem Server wird zurzeit nicht vertraut.',
  }),
};
