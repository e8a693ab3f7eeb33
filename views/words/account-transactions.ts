import { type HtmlValue, html, phrase } from '../html.ts';

/** Work that agents did on behalf of the reader. */
export const ownTransactionWords = {
  title: phrase({ en: 'Transactions', de: 'Vorgänge' }),
  lead: phrase({
    en: 'What agents and apps worked on in your name, each with its events.',
    de: 'Woran Agenten und Apps in Ihrem Namen gearbeitet haben, je mit den Ereignissen.',
  }),
  none: phrase({
    en: 'No agent has worked in your name yet. The purpose of such work, and what was done, will be listed here.',
    de: 'Noch hat kein Agent in Ihrem Namen gearbeitet. Wofür gearbeitet wird und was geschah, wird hier stehen.',
  }),
  older: phrase({ en: 'Nothing on this page.', de: 'Auf dieser Seite steht nichts.' }),
  work: phrase({ en: 'Purpose', de: 'Zweck' }),
  untold: phrase({ en: 'No purpose stated', de: 'Kein Zweck angegeben' }),
  workedForYou: (who: HtmlValue) =>
    phrase({ en: html`${who} worked for you`, de: html`${who} hat für Sie gearbeitet` }),
  agent: phrase({ en: 'Agent or app', de: 'Agent oder App' }),
  state: phrase({ en: 'State', de: 'Zustand' }),
  last: phrase({ en: 'Last event', de: 'Letztes Ereignis' }),
  pages: phrase({ en: 'Pages of transactions', de: 'Seiten der Vorgänge' }),
  sources: {
    typed_by_person: phrase({ en: 'in the words of a person', de: 'in den Worten einer Person' }),
    typed_by_other: phrase({ en: 'in the words of another person', de: 'in den Worten einer anderen Person' }),
    confirmed_by_person: phrase({ en: 'confirmed by a person', de: 'von einer Person bestätigt' }),
    stated_by_app: phrase({ en: 'stated by the app', de: 'Angabe der App' }),
    stated_by_agent: phrase({ en: 'stated by the agent', de: 'Angabe des Agenten' }),
  },
  with: (others: number) =>
    phrase({
      en: `with ${others === 1 ? 'another person' : `${others} other people`}`,
      de: `mit ${others === 1 ? 'einer anderen Person' : `${others} anderen Personen`}`,
    }),
  /** Above the events of one. */
  oneTitle: phrase({ en: 'Transaction', de: 'Vorgang' }),
  oneLead: phrase({
    en: 'What happened in your name in this transaction, newest first.',
    de: 'Was in diesem Vorgang in Ihrem Namen geschah, das Neueste zuerst.',
  }),
  oneNone: phrase({
    en: 'Nothing happened in your name in such a transaction, or the server no longer keeps it.',
    de: 'In einem solchen Vorgang geschah nichts in Ihrem Namen, oder der Server hat ihn nicht mehr.',
  }),
  opened: (time: HtmlValue) => phrase({ en: html`Opened ${time}`, de: html`Eröffnet ${time}` }),
  closed: (time: HtmlValue) => phrase({ en: html`Closed ${time}`, de: html`Geschlossen ${time}` }),
  endsAt: (time: HtmlValue) => phrase({ en: html`Ends ${time} at the latest`, de: html`Endet spätestens ${time}` }),
  all: phrase({ en: 'All transactions', de: 'Alle Vorgänge' }),
};
