import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/** Figures of the whole server on the overview of the console. */
export const dashboardWords = {
  tiles: {
    name: phrase({ en: 'Figures', de: 'Zahlen' }),
    agents: phrase({ en: 'Active agents', de: 'Aktive Agenten' }),
    ofAll: (count: HtmlValue) => phrase({ en: html`of ${count}`, de: html`von ${count}` }),
    granted: phrase({ en: 'Granted', de: 'Gewährt' }),
    refused: phrase({ en: 'Refused', de: 'Abgelehnt' }),
    share: (percent: number, time: Phrase) =>
      phrase({ en: html`${percent} % of all ${time}`, de: html`${percent} % von allem ${time}` }),
    waiting: phrase({ en: 'Waiting for people', de: 'Warten auf Personen' }),
    waitingNote: phrase({ en: 'actions to decide', de: 'Handlungen zu entscheiden' }),
  },
  approvals: phrase({ en: 'Approvals', de: 'Freigaben' }),
  waitingNow: phrase({ en: 'Waiting now', de: 'Wartet jetzt' }),
  waiting: (count: HtmlValue, isMore: boolean, isOne: boolean): Phrase =>
    phrase({
      en: html`<strong>${count}${isMore && ' or more'}</strong> <span>${isOne ? 'action waits' : 'actions wait'} for a person</span>`,
      de: html`<strong>${count}${isMore && ' oder mehr'}</strong> <span>${isOne ? 'Handlung wartet' : 'Handlungen warten'} auf eine Person</span>`,
    }),
  byAge: phrase({ en: 'Since when they wait', de: 'Seit wann sie warten' }),
  ages: {
    minutes: phrase({ en: 'less than 5 minutes', de: 'weniger als 5 Minuten' }),
    hour: phrase({ en: '5 minutes to an hour', de: '5 Minuten bis eine Stunde' }),
    day: phrase({ en: 'an hour to a day', de: 'eine Stunde bis einen Tag' }),
    older: phrase({ en: 'longer than a day', de: 'länger als einen Tag' }),
  },
  lookAtWaiting: phrase({ en: 'See what waits', de: 'Ansehen, was wartet' }),
  nothingWaits: phrase({
    en: 'Nothing waits for a person.',
    de: 'Nichts wartet auf eine Person.',
  }),
  load: (days: number) => phrase({ en: `Decisions in ${days} days`, de: `Entscheidungen in ${days} Tagen` }),
  decisions: phrase({ en: 'Decisions', de: 'Entscheidungen' }),
  quickest: phrase({ en: 'of all approvals within 3 seconds', de: 'aller Ja in 3 Sekunden' }),
  median: phrase({ en: 'or less for half of them', de: 'oder weniger für die Hälfte' }),
  quick: phrase({
    en: 'No person reads a page in 3 seconds. Ask for fewer approvals, or of other people.',
    de: 'In 3 Sekunden liest niemand eine Seite. Verlangen Sie weniger Freigaben, oder von anderen Personen.',
  }),
  busiest: phrase({ en: 'Who decides most', de: 'Wer am meisten entscheidet' }),
  eachDay: phrase({ en: 'Each day', de: 'Je Tag' }),
  inAll: phrase({ en: 'In all', de: 'Gesamt' }),
  allOfThem: phrase({ en: 'All approvals', de: 'Alle Freigaben' }),
  noDecisions: (tryHref: string | undefined) =>
    phrase({
      en: html`No person decided about an approval in these days. Agents ask people when a blueprint or a policy requires it${
        tryHref !== undefined && html`: <a href="${tryHref}">try for which action</a>`
      }.`,
      de: html`In diesen Tagen hat niemand etwas entschieden. Gefragt wird, wenn ein Blueprint oder eine Richtlinie es verlangt${
        tryHref !== undefined && html`: <a href="${tryHref}">simulieren, bei welcher Handlung</a>`
      }.`,
    }),
  refusals: phrase({ en: 'Refusals', de: 'Ablehnungen' }),
  days: (days: number) => phrase({ en: `${days} days`, de: `${days} Tage` }),
  hours: (hours: number) => phrase({ en: `${hours} hours`, de: `${hours} Stunden` }),
  inDays: (days: number) => phrase({ en: `in ${days} days`, de: `in ${days} Tagen` }),
  inHours: (hours: number) => phrase({ en: `in ${hours} hours`, de: `in ${hours} Stunden` }),
  span: phrase({ en: 'Span of time', de: 'Zeitraum' }),
  byDay: phrase({ en: 'Refusals by day', de: 'Ablehnungen nach Tag' }),
  byHour: phrase({ en: 'Refusals by hour', de: 'Ablehnungen nach Stunde' }),
  day: phrase({ en: 'Day (UTC)', de: 'Tag (UTC)' }),
  hour: phrase({ en: 'Hour (UTC)', de: 'Stunde (UTC)' }),
  refused: phrase({ en: 'Refused', de: 'Abgelehnt' }),
  granted: phrase({ en: 'Granted', de: 'Gewährt' }),
  refusedOf: (refused: HtmlValue, granted: HtmlValue) =>
    phrase({
      en: html`<strong>${refused}</strong> <span>refused, ${granted} granted</span>`,
      de: html`<strong>${refused}</strong> <span>abgelehnt, ${granted} gewährt</span>`,
    }),
  byKind: phrase({ en: 'What was refused', de: 'Was abgelehnt wurde' }),
  otherKinds: phrase({ en: 'Other', de: 'Anderes' }),
  noRefusals: (tryHref: string | undefined) =>
    phrase({
      en: html`Nothing was refused in this time${
        tryHref !== undefined && html`. <a href="${tryHref}">Try a decision</a> to see what would be`
      }.`,
      de: html`In dieser Zeit wurde nichts abgelehnt${
        tryHref !== undefined &&
        html`. <a href="${tryHref}">Probieren Sie eine Entscheidung aus</a>, um zu sehen, was es würde`
      }.`,
    }),
};
