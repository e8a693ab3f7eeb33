import { type HtmlValue, html, phrase } from '../html.ts';

/** The search of the console. */
export const searchWords = {
  name: phrase({ en: 'Search the console', de: 'Konsole durchsuchen' }),
  label: phrase({ en: 'Search by name or id', de: 'Nach Name oder Kennung suchen' }),
  placeholder: phrase({ en: 'Search', de: 'Suchen' }),
  search: phrase({ en: 'Search', de: 'Suchen' }),
  title: phrase({ en: 'Search', de: 'Suche' }),
  titleOf: (text: HtmlValue) => phrase({ en: html`Results for “${text}”`, de: html`Ergebnisse für „${text}“` }),
  lead: phrase({
    en: 'Agents, people, groups, apps, APIs, blueprints, approvals, and ids of the audit log.',
    de: 'Agenten, Personen, Gruppen, Apps, APIs, Blueprints, Freigaben und Kennungen aus dem Protokoll.',
  }),
  start: phrase({
    en: 'Enter the beginning of a name, or a whole id. Ctrl K (⌘ K on a Mac) leads to the field at the top.',
    de: 'Geben Sie den Anfang eines Namens oder eine ganze Kennung ein. Strg K (⌘ K auf dem Mac) führt zum Feld oben.',
  }),
  none: phrase({
    en: 'No result. Search by the beginning of each word, or by the whole id.',
    de: 'Kein Ergebnis. Suchen Sie nach dem Anfang jedes Wortes oder nach der ganzen Kennung.',
  }),
  count: (count: number) =>
    phrase({
      en: count === 1 ? 'One result' : `${count} results`,
      de: count === 1 ? 'Ein Ergebnis' : `${count} Ergebnisse`,
    }),
  best: phrase({ en: 'Best match', de: 'Bester Treffer' }),
  kinds: {
    agent: phrase({ en: 'Agents', de: 'Agenten' }),
    person: phrase({ en: 'People', de: 'Personen' }),
    group: phrase({ en: 'Groups', de: 'Gruppen' }),
    app: phrase({ en: 'Apps', de: 'Apps' }),
    api: phrase({ en: 'APIs', de: 'APIs' }),
    blueprint: phrase({ en: 'Blueprints', de: 'Blueprints' }),
    approval: phrase({ en: 'Approvals', de: 'Freigaben' }),
    audit: phrase({ en: 'Audit log', de: 'Protokoll' }),
  },
  kind: {
    agent: phrase({ en: 'Agent', de: 'Agent' }),
    person: phrase({ en: 'Person', de: 'Person' }),
    group: phrase({ en: 'Group', de: 'Gruppe' }),
    app: phrase({ en: 'App', de: 'App' }),
    api: phrase({ en: 'API', de: 'API' }),
    blueprint: phrase({ en: 'Blueprint', de: 'Blueprint' }),
    approval: phrase({ en: 'Approval', de: 'Freigabe' }),
    audit: phrase({ en: 'Audit log', de: 'Protokoll' }),
  },
  moreOf: {
    agent: phrase({ en: 'Show all agents', de: 'Alle Agenten anzeigen' }),
    person: phrase({ en: 'Show all people', de: 'Alle Personen anzeigen' }),
    group: phrase({ en: 'Show all groups', de: 'Alle Gruppen anzeigen' }),
    app: phrase({ en: 'Show all apps', de: 'Alle Apps anzeigen' }),
    api: phrase({ en: 'Show all APIs', de: 'Alle APIs anzeigen' }),
    blueprint: phrase({ en: 'Show all blueprints', de: 'Alle Blueprints anzeigen' }),
    approval: phrase({ en: 'Show all approvals', de: 'Alle Freigaben anzeigen' }),
    audit: phrase({ en: 'Show the audit log', de: 'Protokoll anzeigen' }),
  },
  late: (kinds: HtmlValue) =>
    phrase({
      en: html`Not searched in time: ${kinds}. Search again, or use a longer word.`,
      de: html`Nicht rechtzeitig durchsucht: ${kinds}. Suchen Sie noch einmal, oder mit einem längeren Wort.`,
    }),
  actions: {
    open: phrase({ en: 'Open', de: 'Öffnen' }),
    events: phrase({ en: 'Events in the audit log', de: 'Ereignisse im Protokoll' }),
    simulate: phrase({ en: 'Simulate a decision', de: 'Entscheidung simulieren' }),
    edit: phrase({ en: 'Change', de: 'Ändern' }),
    handOver: phrase({ en: 'Hand over', de: 'Übergeben' }),
    suspend: phrase({ en: 'Suspend', de: 'Aussetzen' }),
    resume: phrase({ en: 'Resume', de: 'Fortsetzen' }),
    retire: phrase({ en: 'Retire', de: 'Stilllegen' }),
    disable: phrase({ en: 'Disable', de: 'Sperren' }),
    kill: phrase({ en: 'Kill', de: 'Notaus' }),
    agents: phrase({ en: 'Agents of this owner', de: 'Agenten dieses Eigentümers' }),
  },
  transaction: phrase({ en: 'Transaction over time', de: 'Vorgang im Zeitverlauf' }),
  eventsOf: phrase({ en: 'All events with this id', de: 'Alle Ereignisse mit dieser Kennung' }),
};

/** States of results that are not the usual one. */
export const stateWords = {
  pending: phrase({ en: 'pending', de: 'wartet' }),
  suspended: phrase({ en: 'suspended', de: 'ausgesetzt' }),
  orphaned: phrase({ en: 'no owner', de: 'ohne Eigentümer' }),
  retired: phrase({ en: 'retired', de: 'stillgelegt' }),
  disabled: phrase({ en: 'disabled', de: 'gesperrt' }),
  draft: phrase({ en: 'draft', de: 'Entwurf' }),
  deprecated: phrase({ en: 'deprecated', de: 'veraltet' }),
  approved: phrase({ en: 'approved', de: 'freigegeben' }),
  denied: phrase({ en: 'denied', de: 'abgelehnt' }),
  expired: phrase({ en: 'expired', de: 'abgelaufen' }),
  cancelled: phrase({ en: 'cancelled', de: 'abgebrochen' }),
};
