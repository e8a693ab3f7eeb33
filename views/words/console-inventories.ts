import { type HtmlValue, html, phrase } from '../html.ts';

/** Apps that inventories of other systems list. */
export const inventoryWords = {
  title: phrase({ en: 'Apps of other systems', de: 'Apps anderer Systeme' }),
  lead: phrase({
    en: 'Other systems know apps that this server does not. Import their lists: an unknown app with rights that matter becomes a finding.',
    de: 'Andere Systeme kennen Apps, die dieser Server nicht kennt. Lesen Sie deren Listen ein: Eine unbekannte App mit wichtigen Rechten wird ein Befund.',
  }),
  leadOf: (inventory: HtmlValue, all: HtmlValue) =>
    phrase({
      en: html`Only the inventory ${inventory}. ${all}`,
      de: html`Nur das Inventar ${inventory}. ${all}`,
    }),
  all: phrase({ en: 'Show all inventories', de: 'Alle Inventare zeigen' }),
  empty: {
    title: phrase({
      en: 'Find agents that were never registered here',
      de: 'Agenten finden, die hier nie registriert wurden',
    }),
    what: phrase({
      en: 'Agents often begin elsewhere: as an app in your identity provider, a bot on GitHub, or an MCP server. Give this server the list of apps of such a system. It compares each app with the clients, agents and resource servers here, and shows which ones are unknown and what they may do.',
      de: 'Agenten beginnen oft anderswo: als App in Ihrem Identitätsanbieter, als Bot bei GitHub oder als MCP-Server. Geben Sie diesem Server die Liste der Apps eines solchen Systems. Er vergleicht jede App mit den Clients, Agenten und Ressourcenservern hier, und zeigt, welche unbekannt sind und was sie dürfen.',
    }),
    safe: phrase({
      en: 'An import gives no right and ends none. You see what it changes before you confirm it.',
      de: 'Ein Import gibt kein Recht und beendet keines. Sie sehen vor der Bestätigung, was er ändert.',
    }),
    systems: phrase({ en: 'Systems', de: 'Systeme' }),
    notPermitted: phrase({
      en: 'No list was imported yet. An operator or administrator imports lists.',
      de: 'Noch wurde keine Liste eingelesen. Listen liest der Betrieb oder die Verwaltung ein.',
    }),
  },
  noneOf: phrase({ en: 'This inventory has no app.', de: 'Dieses Inventar hat keine App.' }),
  app: phrase({ en: 'App', de: 'App' }),
  inventory: phrase({ en: 'Inventory', de: 'Inventar' }),
  owner: phrase({ en: 'Owner there', de: 'Eigentümer dort' }),
  noOwner: phrase({ en: 'none', de: 'keiner' }),
  rights: phrase({ en: 'Rights', de: 'Rechte' }),
  rightsOf: (count: number, risky: number) =>
    phrase({
      en: risky === 0 ? `${count}` : `${count}, of them ${risky} that matter`,
      de: risky === 0 ? `${count}` : `${count}, davon ${risky} wichtige`,
    }),
  known: phrase({ en: 'Known here as', de: 'Hier bekannt als' }),
  unknown: phrase({ en: 'not known', de: 'nicht bekannt' }),
  matches: {
    stated: phrase({ en: 'the list names it', de: 'die Liste nennt es' }),
    client_id: phrase({ en: 'by its id', de: 'an der Id' }),
    resource: phrase({ en: 'perhaps: the app states its address', de: 'vielleicht: Die App nennt seine Adresse' }),
    redirect_host: phrase({
      en: 'perhaps: the app states the host of a redirect URI',
      de: 'vielleicht: Die App nennt den Host einer Redirect-URI',
    }),
    name_and_owner: phrase({ en: 'by name and owner', de: 'an Name und Eigentümer' }),
  },
  states: {
    present: phrase({ en: 'present', de: 'vorhanden' }),
    gone: phrase({ en: 'gone', de: 'verschwunden' }),
    off: phrase({ en: 'not enabled', de: 'nicht aktiviert' }),
  },
  since: phrase({ en: 'Listed since', de: 'Aufgeführt seit' }),
  pagesOf: phrase({ en: 'Pages of apps', de: 'Seiten der Apps' }),
  import: phrase({ en: 'Import apps', de: 'Apps einlesen' }),
};
