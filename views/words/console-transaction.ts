import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/** One transaction over time: every event with the same `txn`. */
export const transactionWords = {
  title: phrase({ en: 'Transaction', de: 'Vorgang' }),
  heading: (event: HtmlValue, who: HtmlValue) => phrase({ en: html`${who}: ${event}`, de: html`${who}: ${event}` }),
  overTime: phrase({ en: 'Over time', de: 'Im Zeitverlauf' }),
  inAuditLog: phrase({ en: 'Show in the audit log', de: 'Im Protokoll anzeigen' }),
  none: phrase({
    en: 'The audit log has no event of this transaction.',
    de: 'Das Protokoll enthält kein Ereignis zu diesem Vorgang.',
  }),
  searchOther: phrase({ en: 'Search for another id', de: 'Eine andere Kennung suchen' }),
  summary: (events: number, duration: HtmlValue, start: HtmlValue) =>
    phrase({
      en: html`${events === 1 ? 'One event' : html`${events} events`} within ${duration}, from ${start}`,
      de: html`${events === 1 ? 'Ein Ereignis' : html`${events} Ereignisse`} in ${duration}, ab ${start}`,
    }),
  pictureTitle: (events: number) =>
    phrase({
      en: `The events on an axis of time, by party: ${events}. The table below has the same events.`,
      de: `Die Ereignisse auf einer Zeitachse, nach Beteiligten: ${events}. Die Tabelle darunter enthält dieselben Ereignisse.`,
    }),
  mark: (event: Phrase, outcome: Phrase, after: HtmlValue) =>
    phrase({ en: html`${event}, ${outcome}, after ${after}`, de: html`${event}, ${outcome}, nach ${after}` }),
  others: phrase({ en: 'Others', de: 'Weitere' }),
  andMore: (count: number) =>
    phrase({
      en: `The picture leaves out ${count} more; the table has them.`,
      de: `Das Bild lässt ${count} weitere aus; sie stehen in der Tabelle.`,
    }),
  events: phrase({ en: 'Events', de: 'Ereignisse' }),
  isMore: phrase({ en: 'There are more events.', de: 'Es gibt weitere Ereignisse.' }),
  after: phrase({ en: 'After', de: 'Nach' }),
  milliseconds: (count: Phrase) => phrase({ en: html`${count} ms`, de: html`${count} ms` }),
  seconds: (count: Phrase) => phrase({ en: html`${count} s`, de: html`${count} s` }),
  minutes: (count: Phrase) => phrase({ en: html`${count} min`, de: html`${count} min` }),
  hours: (count: Phrase) => phrase({ en: html`${count} h`, de: html`${count} Std.` }),
};
