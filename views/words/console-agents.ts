import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/** The overview of the console, lists of agents, and findings about them. */
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

/** After a number; `isMore`: at least this many. */
const counted =
  (en: string | ((isOne: boolean) => string), de: (isOne: boolean) => string) =>
  (count: number, isMore: boolean): Phrase =>
    phrase({
      en: `${count}${isMore ? ' or more' : ''} ${typeof en === 'string' ? en : en(count === 1 && !isMore)}`,
      de: `${count}${isMore ? ' oder mehr' : ''} ${de(count === 1 && !isMore)}`,
    });

export const findingWords = {
  title: phrase({ en: 'Findings', de: 'Befunde' }),
  lead: phrase({
    en: 'What needs attention, the most urgent first.',
    de: 'Was Aufmerksamkeit braucht, das Dringendste zuerst.',
  }),
  nothing: phrase({
    en: 'Nothing needs you: every agent that was looked at has an owner, is used, and is far from its end.',
    de: 'Nichts zu tun: Jeder betrachtete Agent hat einen Eigentümer, wird benutzt und endet nicht so bald.',
  }),
  countedOnly: (count: HtmlValue) =>
    phrase({
      en: html`Ends and stops are looked for among the newest ${count} agents.`,
      de: html`Was bald endet oder angehalten ist, wird unter den neuesten ${count} Agenten gesucht.`,
    }),
  moreClients: phrase({ en: 'There are more clients with exceptions.', de: 'Es gibt weitere Clients mit Ausnahmen.' }),
  allOfThem: phrase({ en: 'All of them', de: 'Alle zeigen' }),
  severity: {
    high: phrase({ en: 'high', de: 'hoch' }),
    medium: phrase({ en: 'medium', de: 'mittel' }),
    low: phrase({ en: 'low', de: 'niedrig' }),
  },
  acts: {
    handOver: phrase({ en: 'Hand over', de: 'Übergeben' }),
    retire: phrase({ en: 'Retire', de: 'Stilllegen' }),
    credentials: phrase({ en: 'Credentials', de: 'Nachweise' }),
    effect: phrase({ en: 'See why', de: 'Warum' }),
    look: phrase({ en: 'Open', de: 'Öffnen' }),
    change: phrase({ en: 'Change', de: 'Ändern' }),
  },
  kinds: {
    orphaned: {
      title: phrase({ en: 'No owner', de: 'Ohne Eigentümer' }),
      counted: counted('orphaned', (isOne) => (isOne ? 'verwaister Agent' : 'verwaiste Agenten')),
      meaning: phrase({
        en: 'The owner is gone. Frozen until a new owner accepts.',
        de: 'Der Eigentümer ist weg. Eingefroren, bis ein neuer annimmt.',
      }),
    },
    secrets: {
      title: phrase({ en: 'Standing secrets', de: 'Dauerhafte Geheimnisse' }),
      counted: counted('with a standing secret', () => 'mit dauerhaftem Geheimnis'),
      meaning: phrase({
        en: 'A secret that can be copied. Give it a key or a workload identity.',
        de: 'Ein Geheimnis lässt sich kopieren. Geben Sie ihm einen Schlüssel oder eine Workload-Identität.',
      }),
    },
    expiring: {
      title: phrase({ en: 'About to end', de: 'Enden bald' }),
      counted: counted('about to end', (isOne) => (isOne ? 'endet bald' : 'enden bald')),
      meaning: phrase({
        en: 'The agent, or something it proves itself with, ends within 30 days.',
        de: 'Der Agent oder etwas, womit er sich ausweist, endet in den nächsten 30 Tagen.',
      }),
      at: phrase({ en: 'Ends', de: 'Endet' }),
    },
    stopped: {
      title: phrase({ en: 'Active, but blocked', de: 'Aktiv, und trotzdem geht nichts' }),
      counted: counted('stopped', (isOne) => (isOne ? 'angehaltener Agent' : 'angehaltene Agenten')),
      meaning: phrase({
        en: 'Held back by a blueprint or by an emergency stop.',
        de: 'Durch einen Blueprint oder einen Notaus aufgehalten.',
      }),
    },
    pending: {
      title: phrase({ en: 'Not accepted yet', de: 'Noch nicht angenommen' }),
      counted: counted('not accepted yet', () => 'noch nicht angenommen'),
      meaning: phrase({
        en: 'The server retires them if no owner accepts them in time.',
        de: 'Werden von selbst stillgelegt, wenn sie niemand rechtzeitig annimmt.',
      }),
      at: phrase({ en: 'Until', de: 'Bis' }),
    },
    unused: {
      title: phrase({ en: 'Not used for 30 days', de: 'Seit 30 Tagen nicht benutzt' }),
      counted: counted('not used for 30 days', () => 'seit 30 Tagen nicht benutzt'),
      meaning: phrase({
        en: 'Retire the agents that are not needed.',
        de: 'Was niemand braucht, wird besser stillgelegt.',
      }),
    },
    exceptions: {
      title: phrase({ en: 'Clients with exceptions', de: 'Clients mit Ausnahmen' }),
      counted: counted(
        (isOne) => (isOne ? 'client with an exception' : 'clients with exceptions'),
        (isOne) => (isOne ? 'Client mit Ausnahme' : 'Clients mit Ausnahmen'),
      ),
      meaning: phrase({
        en: 'An administrator lifted a rule for software that cannot follow it. Update the software, then end the exception.',
        de: 'Die Verwaltung hat eine Regel für Software aufgehoben, die sie nicht einhalten kann. Aktualisieren Sie die Software und beenden Sie dann die Ausnahme.',
      }),
    },
  },
};
