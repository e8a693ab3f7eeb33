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
  awayToo: phrase({ en: 'away too', de: 'auch abwesend' }),
  end: phrase({ en: 'End now', de: 'Jetzt beenden' }),
  endTitle: phrase({ en: 'End an absence', de: 'Abwesenheit beenden' }),
  endAsked: (person: HtmlValue) =>
    phrase({ en: html`End the absence of ${person}?`, de: html`Die Abwesenheit von ${person} beenden?` }),
  endLead: phrase({
    en: 'The deputy stops deciding. What the deputy approved becomes invalid, unless the agent already has its token. The person can declare a new absence.',
    de: 'Die Vertretung entscheidet nicht mehr. Was sie freigegeben hat, wird ungültig, außer der Agent hat schon sein Token. Die Person kann eine neue Abwesenheit eintragen.',
  }),
  endNow: phrase({ en: 'End the absence', de: 'Abwesenheit beenden' }),
  pagesOf: phrase({ en: 'Pages of absences', de: 'Seiten der Abwesenheiten' }),
};
