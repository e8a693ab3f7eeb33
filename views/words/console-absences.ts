import { type HtmlValue, html, phrase } from '../html.ts';

/** Absences of approvers, for those who run the server. */
export const absenceWords = {
  title: phrase({ en: 'Absences', de: 'Abwesenheiten' }),
  lead: phrase({
    en: 'Deputies who decide about approvals for people who are away. People declare absences under their account.',
    de: 'Vertretungen, die für Abwesende über Freigaben entscheiden. Personen melden sich unter ihrem Konto ab.',
  }),
  none: phrase({ en: 'No person has declared an absence.', de: 'Keine Person hat sich abwesend gemeldet.' }),
  person: phrase({ en: 'Person', de: 'Person' }),
  deputy: phrase({ en: 'Deputy', de: 'Vertretung' }),
  from: phrase({ en: 'From', de: 'Von' }),
  until: phrase({ en: 'Until', de: 'Bis' }),
  end: phrase({ en: 'End', de: 'Beenden' }),
  endTitle: phrase({ en: 'End an absence', de: 'Abwesenheit beenden' }),
  endAsked: (person: HtmlValue, deputy: HtmlValue) =>
    phrase({
      en: html`End the absence of ${person}, for whom ${deputy} decides?`,
      de: html`Die Abwesenheit von ${person} beenden, für die ${deputy} entscheidet?`,
    }),
  endLead: phrase({
    en: 'The deputy can no longer decide. Their approvals become invalid unless a token was issued from them. The person can declare a new absence.',
    de: 'Die Vertretung kann nicht mehr entscheiden. Ihre Freigaben werden ungültig, soweit noch kein Token daraus ausgestellt wurde. Die Person kann sich neu abmelden.',
  }),
  endNow: phrase({ en: 'End the absence', de: 'Abwesenheit beenden' }),
  pagesOf: phrase({ en: 'Pages of absences', de: 'Seiten der Abwesenheiten' }),
};
