import { type HtmlValue, html, phrase } from '../html.ts';

/** Approvals as operators and auditors see them. */
export const consoleApprovalsWords = {
  title: phrase({ en: 'Approvals', de: 'Freigaben' }),
  lead: phrase({
    en: 'Single actions that agents asked people about. People decide on their own pages, not on this one.',
    de: 'Einzelne Handlungen, um die Agenten Personen gebeten haben. Entschieden wird auf deren eigenen Seiten, hier nicht.',
  }),
  lastDays: (days: number) => phrase({ en: `The last ${days} days`, de: `Die letzten ${days} Tage` }),
  byOutcome: phrase({ en: 'By outcome', de: 'Nach Ausgang' }),
  countedOnly: (count: HtmlValue) =>
    phrase({ en: html`Of the newest ${count} approvals.`, de: html`Von den neuesten ${count} Freigaben.` }),
  state: phrase({ en: 'State', de: 'Zustand' }),
  states: {
    pending: phrase({ en: 'pending', de: 'ausstehend' }),
    approved: phrase({ en: 'approved', de: 'freigegeben' }),
    redeemed: phrase({ en: 'redeemed', de: 'eingelöst' }),
    unused: phrase({ en: 'approved, not used', de: 'freigegeben, nicht genutzt' }),
    denied: phrase({ en: 'denied', de: 'abgelehnt' }),
    cancelled: phrase({ en: 'cancelled', de: 'zurückgezogen' }),
    expired: phrase({ en: 'expired', de: 'abgelaufen' }),
  },
  none: phrase({
    en: 'No agent has asked for an approval yet.',
    de: 'Noch hat kein Agent um eine Freigabe gebeten.',
  }),
  noneFits: phrase({ en: 'No approval fits.', de: 'Keine Freigabe passt.' }),
  decisions: phrase({ en: 'decisions of people', de: 'Entscheidungen von Personen' }),
  median: phrase({ en: 'half of the decisions took less', de: 'oder weniger brauchte die Hälfte der Entscheidungen' }),
  quick: phrase({
    en: 'of all approvals within 3 seconds: no person reads a page in that time',
    de: 'aller Ja in 3 Sekunden: So schnell hat niemand eine Seite gelesen',
  }),
  denials: phrase({
    en: 'of all decisions were denials; if there is never one, ask whether the approvers read the requests',
    de: 'aller Entscheidungen waren ein Nein; wo es nie eines gibt, fragen Sie, ob jemand hinsieht',
  }),
  emergencies: phrase({
    en: 'approved by break-glass access',
    de: 'im Notfall durch zwei Personen freigegeben',
  }),
  person: phrase({ en: 'Person', de: 'Person' }),
  perDay: phrase({ en: 'Decisions a day', de: 'Entscheidungen am Tag' }),
  inAll: phrase({ en: 'In all', de: 'Insgesamt' }),
  what: phrase({ en: 'What', de: 'Was' }),
  inTheNameOf: phrase({ en: 'In the name of', de: 'Im Namen von' }),
  risk: phrase({ en: 'Risk', de: 'Risiko' }),
  outcome: phrase({ en: 'Outcome', de: 'Ausgang' }),
  asked: phrase({ en: 'Asked', de: 'Gefragt' }),
  at: (resource: HtmlValue) => phrase({ en: html`at ${resource}`, de: html`bei ${resource}` }),
};
