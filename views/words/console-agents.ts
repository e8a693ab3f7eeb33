import { type HtmlValue, html, phrase } from '../html.ts';

/** The overview of the console, and lists of agents. */
export const overviewWords = {
  leadAll: phrase({
    en: 'All agents of this server, and their owners.',
    de: 'Alle Agenten dieses Servers und ihre Eigentümer.',
  }),
  leadOwn: phrase({ en: 'The agents that you own.', de: 'Die Agenten, die Ihnen gehören.' }),
  waiting: phrase({ en: 'Waiting for you', de: 'Wartet auf Sie' }),
  accepting: phrase({
    en: 'If you accept an agent, you own it: you are responsible for what it does, and for ending it.',
    de: 'Wenn Sie einen Agenten annehmen, gehört er Ihnen: Sie sind verantwortlich für das, was er tut, und dafür, ihn zu beenden.',
  }),
  asks: {
    registered: (party: HtmlValue) =>
      phrase({
        en: html`It was registered for ${party ?? 'you'}.`,
        de: html`Er wurde für ${party ?? 'Sie'} registriert.`,
      }),
    offered: (party: HtmlValue) =>
      phrase({
        en: html`Its owner offers it to ${party ?? 'you'}.`,
        de: html`Sein Eigentümer bietet ihn ${party ?? 'Ihnen'} an.`,
      }),
    frozen: (party: HtmlValue) =>
      phrase({
        en: html`It is frozen, because it has no owner. It belonged to ${party ?? 'you'}.`,
        de: html`Er ist eingefroren, weil er keinen Eigentümer hat. Er gehörte ${party ?? 'Ihnen'}.`,
      }),
  },
  waitsUntil: (time: HtmlValue) => phrase({ en: html`It waits until ${time}.`, de: html`Er wartet bis ${time}.` }),
  readFirst: (href: string) =>
    phrase({
      en: html`Read <a href="${href}">what it may do</a> first.`,
      de: html`Lesen Sie zuerst, <a href="${href}">was er darf</a>.`,
    }),
  decline: phrase({ en: 'Decline', de: 'Ablehnen' }),
  accept: phrase({ en: 'Accept', de: 'Annehmen' }),
  counts: phrase({ en: 'Counts', de: 'Anzahlen' }),
  byState: phrase({ en: 'By state', de: 'Nach Zustand' }),
  byEnvironment: phrase({ en: 'By environment', de: 'Nach Umgebung' }),
  countedOnly: (count: HtmlValue) =>
    phrase({
      en: html`Of the newest ${count} agents; those that are retired are counted by state only.`,
      de: html`Von den neuesten ${count} Agenten; stillgelegte sind nur nach Zustand gezählt.`,
    }),
  newest: phrase({ en: 'Newest agents', de: 'Neueste Agenten' }),
  none: (registerHref: string) =>
    phrase({
      en: html`You own no agent yet. <a href="${registerHref}">Register one</a>, or ask an owner to transfer one to you.`,
      de: html`Ihnen gehört noch kein Agent. <a href="${registerHref}">Registrieren Sie einen</a>, oder lassen Sie sich einen übergeben.`,
    }),
  all: phrase({ en: 'All agents', de: 'Alle Agenten' }),
};

export const agentListWords = {
  title: phrase({ en: 'Agents', de: 'Agenten' }),
  all: overviewWords.all,
  mine: phrase({ en: 'My agents', de: 'Meine Agenten' }),
  ofOwner: (owner: HtmlValue) => phrase({ en: html`Only those of ${owner}.`, de: html`Nur die von ${owner}.` }),
  ofAny: phrase({ en: 'Of any owner', de: 'Von allen' }),
  whose: phrase({ en: 'Whose agents', de: 'Wessen Agenten' }),
  onlyMine: phrase({ en: 'Only mine', de: 'Nur meine' }),
  csv: phrase({ en: 'Export as CSV', de: 'Als CSV exportieren' }),
  ndjson: phrase({ en: 'Export as NDJSON', de: 'Als NDJSON exportieren' }),
  noneFits: phrase({ en: 'No agent matches.', de: 'Kein Agent passt.' }),
  none: phrase({ en: 'There is no agent here yet.', de: 'Hier gibt es noch keinen Agenten.' }),
  moreFollows: phrase({
    en: 'There is more to look through on the next page.',
    de: 'Auf der nächsten Seite geht die Suche weiter.',
  }),
  registerOne: phrase({ en: 'Register one', de: 'Registrieren Sie einen' }),
  words: phrase({ en: 'Search', de: 'Suche' }),
  state: phrase({ en: 'State', de: 'Zustand' }),
  environment: phrase({ en: 'Environment', de: 'Umgebung' }),
  owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
  lastUse: phrase({ en: 'Last use', de: 'Zuletzt benutzt' }),
  act: phrase({ en: 'What to do', de: 'Was zu tun ist' }),
  unusedFor: (days: number) => phrase({ en: `Over ${days} days ago`, de: `Vor über ${days} Tagen` }),
  sorts: {
    created: phrase({ en: 'Newest', de: 'Neueste' }),
    name: phrase({ en: 'Name', de: 'Name' }),
    lastUse: phrase({ en: 'Unused longest', de: 'Längste Zeit unbenutzt' }),
  },
};
