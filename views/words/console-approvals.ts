import { type HtmlValue, html, phrase } from '../html.ts';

/** Approvals as operators and auditors see them. */
export const consoleApprovalsWords = {
  title: phrase({ en: 'Approvals', de: 'Freigaben' }),
  lead: phrase({
    en: 'Single actions that agents asked people about. People decide on their own pages, not on this one.',
    de: 'Einzelne Handlungen, um die Agenten Personen gebeten haben. Entschieden wird auf deren eigenen Seiten, hier nicht.',
  }),
  requestsNow: phrase({ en: 'Requests', de: 'Anfragen' }),
  lastDays: (days: number) =>
    phrase({ en: `What people decided in ${days} days`, de: `Was Personen in ${days} Tagen entschieden` }),
  byOutcome: (count: HtmlValue) => phrase({ en: html`${count} by outcome`, de: html`${count} nach Ausgang` }),
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
  noneFits: phrase({ en: 'No approval fits.', de: 'Keine Freigabe passt.' }),
  made: phrase({ en: 'decisions', de: 'Entscheidungen' }),
  decisions: (approved: HtmlValue, denied: HtmlValue, share: string) =>
    phrase({
      en: html`decisions: ${approved} approve, ${denied} deny (${share})`,
      de: html`Entscheidungen: ${approved} dafür, ${denied} dagegen (${share})`,
    }),
  median: phrase({ en: 'median time', de: 'Median der Dauer' }),
  quick: phrase({ en: 'under 3 seconds', de: 'unter 3 Sekunden' }),
  tooQuick: phrase({ en: 'too fast to read', de: 'zu schnell zum Lesen' }),
  whoDecides: phrase({ en: 'Who decides', de: 'Wer entscheidet' }),
  meaning: phrase({ en: 'What these figures tell', de: 'Was diese Zahlen sagen' }),
  quickHint: phrase({
    en: 'No person reads a page within 3 seconds. Many such approvals are a habit.',
    de: 'In 3 Sekunden liest keine Person eine Seite. Viele solche Freigaben sind Gewohnheit.',
  }),
  denialsHint: phrase({
    en: 'If there is never a denial, ask whether the approvers read the requests.',
    de: 'Gibt es nie eine Ablehnung, fragen Sie, ob die Anfragen gelesen werden.',
  }),
  emergencies: phrase({
    en: 'more requests approved by break-glass access, by two people each',
    de: 'weitere Anfragen im Notfall freigegeben, von je zwei Personen',
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
