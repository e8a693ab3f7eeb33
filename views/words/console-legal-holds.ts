import { type HtmlValue, html, phrase } from '../html.ts';

/** Legal holds: orders to keep records of the audit log in the store. */
export const holdWords = {
  title: phrase({ en: 'Legal holds', de: 'Löschsperren' }),
  lead: phrase({
    en: 'A hold protects records of the audit log, and all later ones, from removal until you release it.',
    de: 'Eine Löschsperre schützt Einträge des Protokolls und alle späteren vor dem Entfernen, bis Sie sie aufheben.',
  }),
  none: phrase({
    en: 'There are no legal holds. A hold keeps the evidence of a case while older records are archived and removed.',
    de: 'Es gibt keine Löschsperren. Eine Sperre bewahrt die Belege eines Falls, während ältere Einträge archiviert und entfernt werden.',
  }),
  hold: phrase({ en: 'Legal hold', de: 'Löschsperre' }),
  holdOn: (what: HtmlValue) => phrase({ en: html`Legal hold: ${what}`, de: html`Löschsperre: ${what}` }),
  covers: phrase({ en: 'Covers', de: 'Umfasst' }),
  all: phrase({ en: 'All records', de: 'Alle Einträge' }),
  from: phrase({ en: 'From', de: 'Von' }),
  to: phrase({ en: 'To', de: 'Bis' }),
  fromOn: (day: HtmlValue) => phrase({ en: html`from ${day}`, de: html`ab ${day}` }),
  toOn: (day: HtmlValue) => phrase({ en: html`up to ${day}`, de: html`bis ${day}` }),
  reason: phrase({ en: 'Reason', de: 'Grund' }),
  by: phrase({ en: 'Placed by', de: 'Angelegt von' }),
  since: phrase({ en: 'Since', de: 'Seit' }),
  keeps: phrase({ en: 'Records', de: 'Einträge' }),
  /** `isMore`: at least so many. */
  records: (count: number, isMore: boolean) =>
    phrase({
      en: `${count}${isMore ? ' or more' : ''} ${count === 1 && !isMore ? 'record' : 'records'}`,
      de: `${count}${isMore ? ' oder mehr' : ''} ${count === 1 && !isMore ? 'Eintrag' : 'Einträge'}`,
    }),
  nothingKept: phrase({ en: 'no records', de: 'keine Einträge' }),
  /** About one in force. */
  keepsLead: phrase({
    en: 'The store keeps these records and all later ones until the hold is released.',
    de: 'Der Speicher behält diese Einträge und alle späteren, bis die Sperre aufgehoben ist.',
  }),
  states: {
    active: phrase({ en: 'in force', de: 'in Kraft' }),
    released: phrase({ en: 'released', de: 'aufgehoben' }),
  },
  make: phrase({ en: 'Place a hold', de: 'Löschsperre anlegen' }),
  makeLead: phrase({
    en: 'The hold applies at once. It does not cover records that were already archived and removed: keep their archive.',
    de: 'Die Sperre gilt sofort. Einträge, die schon archiviert und entfernt sind, umfasst sie nicht: Bewahren Sie deren Archiv auf.',
  }),
  what: phrase({ en: 'What to keep', de: 'Was bewahrt wird' }),
  whatHint: phrase({
    en: 'Without a name and days, the hold covers all records.',
    de: 'Ohne Namen und Tage umfasst die Sperre alle Einträge.',
  }),
  days: phrase({ en: 'Which days', de: 'Welche Tage' }),
  kind: phrase({ en: 'About', de: 'Über' }),
  kinds: {
    agent: phrase({ en: 'An agent', de: 'Einen Agenten' }),
    account: phrase({ en: 'A person', de: 'Eine Person' }),
    client: phrase({ en: 'A client', de: 'Einen Client' }),
    id: phrase({ en: 'A transaction or other object', de: 'Einen Vorgang oder anderes' }),
  },
  name: phrase({ en: 'Name or id', de: 'Name oder Kennung' }),
  nameHint: phrase({
    en: 'For a transaction, enter its id.',
    de: 'Für einen Vorgang geben Sie seine Kennung ein.',
  }),
  dayHint: phrase({ en: 'From the first to the last day, in UTC.', de: 'Vom ersten bis zum letzten Tag, in UTC.' }),
  why: phrase({ en: 'Why', de: 'Warum' }),
  reasonHint: phrase({
    en: 'For example, the case number. It is stored permanently.',
    de: 'Etwa das Aktenzeichen. Er wird dauerhaft gespeichert.',
  }),
  release: phrase({ en: 'Release the hold', de: 'Löschsperre aufheben' }),
  releaseTitle: phrase({ en: 'Release a legal hold', de: 'Löschsperre aufheben' }),
  releaseAsked: phrase({ en: 'Release this legal hold?', de: 'Diese Löschsperre aufheben?' }),
  releaseLead: phrase({
    en: 'The next removal may take its records out of the store. The archive keeps them. A release is permanent; the hold stays on record.',
    de: 'Das nächste Entfernen darf ihre Einträge aus dem Speicher nehmen. Das Archiv behält sie. Das Aufheben ist endgültig; die Sperre bleibt vermerkt.',
  }),
  releasedBy: phrase({ en: 'Released by', de: 'Aufgehoben von' }),
  releasedAt: phrase({ en: 'Released', de: 'Aufgehoben' }),
  releaseReason: phrase({ en: 'Reason for the release', de: 'Grund der Aufhebung' }),
  ofTheLog: phrase({ en: 'Legal holds on the audit log', de: 'Löschsperren auf dem Protokoll' }),
  ofTheLogHint: phrase({
    en: 'They keep records in the store that would otherwise be archived and removed.',
    de: 'Sie halten Einträge im Speicher, die sonst archiviert und entfernt würden.',
  }),
};
