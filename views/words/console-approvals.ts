import { type HtmlValue, html, phrase } from '../html.ts';

/** Approvals as operators and auditors see them. */
export const consoleApprovalsWords = {
  title: phrase({ en: 'Approvals', de: 'Freigaben' }),
  lead: phrase({
    en: 'Single actions that agents asked a person to approve. People decide on their own pages, not here.',
    de: 'Einzelne Handlungen, um die Agenten Personen gebeten haben. Entschieden wird auf deren eigenen Seiten, hier nicht.',
  }),
  requestsNow: phrase({ en: 'Requests by outcome', de: 'Anfragen nach Ergebnis' }),
  lastDays: (days: number) =>
    phrase({ en: `Decisions in the last ${days} days`, de: `Entscheidungen der letzten ${days} Tage` }),
  byOutcome: (count: HtmlValue) => phrase({ en: html`${count} requests`, de: html`${count} Anfragen` }),
  countedOnly: (count: HtmlValue) =>
    phrase({ en: html`Of the newest ${count} approvals.`, de: html`Von den neuesten ${count} Freigaben.` }),
  state: phrase({ en: 'State', de: 'Zustand' }),
  requests: phrase({ en: 'Requests', de: 'Anfragen' }),
  states: {
    pending: phrase({ en: 'open', de: 'offen' }),
    approved: phrase({ en: 'approved', de: 'freigegeben' }),
    redeemed: phrase({ en: 'redeemed', de: 'eingelöst' }),
    unused: phrase({ en: 'approved, not used', de: 'freigegeben, nicht genutzt' }),
    denied: phrase({ en: 'denied', de: 'abgelehnt' }),
    cancelled: phrase({ en: 'cancelled', de: 'zurückgezogen' }),
    expired: phrase({ en: 'expired', de: 'abgelaufen' }),
  },
  none: phrase({
    en: 'No agent has asked for an approval yet. Requests appear here once a policy or an API requires an approval.',
    de: 'Noch hat kein Agent um eine Freigabe gebeten. Anfragen erscheinen hier, sobald eine Richtlinie oder eine API eine Freigabe verlangt.',
  }),
  noneFits: phrase({ en: 'No approval matches.', de: 'Keine Freigabe passt.' }),
  made: phrase({ en: 'Decided', de: 'Entschieden' }),
  denied: (count: HtmlValue) => phrase({ en: html`Denied (${count})`, de: html`Abgelehnt (${count})` }),
  median: phrase({ en: 'Median time', de: 'Median der Dauer' }),
  quick: phrase({ en: 'Approved in under 3 s', de: 'In unter 3 s freigegeben' }),
  tooQuick: phrase({ en: 'too fast to read', de: 'zu schnell zum Lesen' }),
  whoDecides: phrase({ en: 'Who decides', de: 'Wer entscheidet' }),
  meaning: phrase({ en: 'What these figures tell', de: 'Was diese Zahlen sagen' }),
  quickHint: phrase({
    en: 'A person cannot read a request in 3 seconds. Many such approvals suggest habit.',
    de: 'In 3 Sekunden liest keine Person eine Seite. Viele solche Freigaben sind Gewohnheit.',
  }),
  denialsHint: phrase({
    en: 'If approvers never deny a request, ask whether they read them. Approvals by break-glass access are counted separately.',
    de: 'Gibt es nie eine Ablehnung, fragen Sie, ob die Anfragen gelesen werden. Notfallfreigaben zählen getrennt.',
  }),
  emergencies: phrase({
    en: 'Break-glass',
    de: 'Im Notfall',
  }),
  person: phrase({ en: 'Person', de: 'Person' }),
  perDay: phrase({ en: 'Decisions a day', de: 'Entscheidungen am Tag' }),
  inAll: phrase({ en: 'In all', de: 'Insgesamt' }),
  what: phrase({ en: 'What', de: 'Was' }),
  inTheNameOf: phrase({ en: 'On behalf of', de: 'Im Namen von' }),
  outcome: phrase({ en: 'Outcome', de: 'Ausgang' }),
  asked: phrase({ en: 'Asked', de: 'Gefragt' }),
  until: phrase({ en: 'Decide until', de: 'Zu entscheiden bis' }),
  at: (resource: HtmlValue) => phrase({ en: html`at ${resource}`, de: html`bei ${resource}` }),
};
