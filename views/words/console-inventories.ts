import { isolated } from '../agent-text.ts';
import { type HtmlValue, html, phrase, type Text } from '../html.ts';

/** Apps that inventories of other systems list. */
export const inventoryWords = {
  title: phrase({ en: 'Apps of other systems', de: 'Apps anderer Systeme' }),
  lead: phrase({
    en: 'Other systems know apps that this server does not. Import their lists: an unknown app with rights that matter becomes a finding.',
    de: 'Andere Systeme kennen Apps, die dieser Server nicht kennt. Lesen Sie deren Listen ein: Eine unbekannte App mit wichtigen Rechten wird ein Befund.',
  }),
  titleOf: (inventory: string) =>
    phrase({ en: `${inventory}: apps of another system`, de: `${inventory}: Apps eines anderen Systems` }),
  importedBy: (ago: HtmlValue, by: Text | undefined) => {
    const name = by === undefined ? undefined : isolated(by);
    return phrase({
      en: name === undefined ? html`Last import ${ago}` : html`Last import ${ago} by ${name}`,
      de: name === undefined ? html`Letzter Import ${ago}` : html`Letzter Import ${ago} durch ${name}`,
    });
  },
  appsOf: (present: number, gone: number) =>
    phrase({
      en: `${present === 1 ? '1 app' : `${present} apps`}${gone === 0 ? '' : `, ${gone} gone`}`,
      de: `${present === 1 ? '1 App' : `${present} Apps`}${gone === 0 ? '' : `, ${gone} verschwunden`}`,
    }),
  viewsTitle: phrase({ en: 'Which apps', de: 'Welche Apps' }),
  views: {
    decide: phrase({ en: 'Need a decision', de: 'Zu entscheiden' }),
    new: phrase({ en: 'New', de: 'Neu' }),
    changed: phrase({ en: 'Changed', de: 'Geändert' }),
    known: phrase({ en: 'Known here', de: 'Hier bekannt' }),
    gone: phrase({ en: 'Gone', de: 'Verschwunden' }),
    all: phrase({ en: 'All apps', de: 'Alle Apps' }),
  },
  noneIn: {
    decide: phrase({
      en: 'No app needs a decision: each is known here, has no right that matters, or was decided.',
      de: 'Keine App braucht eine Entscheidung: Jede ist hier bekannt, hat kein wichtiges Recht, oder wurde entschieden.',
    }),
    new: phrase({
      en: 'The last import added no app to an inventory that was there before.',
      de: 'Der letzte Import fügte keinem Inventar, das es schon gab, eine App hinzu.',
    }),
    changed: phrase({
      en: 'The last import changed no app that it had before.',
      de: 'Der letzte Import änderte keine App, die schon da war.',
    }),
    known: phrase({
      en: 'No app is known here as a client, agent or resource server.',
      de: 'Keine App ist hier als Client, Agent oder Ressourcenserver bekannt.',
    }),
    gone: phrase({ en: 'The last import has every app.', de: 'Der letzte Import hat jede App.' }),
    all: phrase({ en: 'This inventory has no app.', de: 'Dieses Inventar hat keine App.' }),
  },
  tooMany: phrase({
    en: 'There are more than 1,000 apps: the newest come first. Those that need a decision are findings.',
    de: 'Es sind mehr als 1.000 Apps: Die neuesten stehen zuerst. Über welche zu entscheiden ist, zeigen die Befunde.',
  }),
  allFindings: phrase({ en: 'Show the findings', de: 'Befunde zeigen' }),
  needsDecision: phrase({ en: 'needs a decision', de: 'zu entscheiden' }),
  decide: phrase({ en: 'Decide', de: 'Entscheiden' }),
  /** After it, for screen readers. */
  decideAbout: (app: string) => phrase({ en: `about ${app}`, de: `über ${app}` }),
  newApp: phrase({ en: 'new', de: 'neu' }),
  changedApp: phrase({ en: 'changed', de: 'geändert' }),
  register: phrase({ en: 'Register as an agent', de: 'Als Agent registrieren' }),
  /** After it, for screen readers. */
  registerFor: (app: string) => phrase({ en: `for ${app}`, de: `für ${app}` }),
  search: phrase({ en: 'Search', de: 'Suche' }),
  searchHint: phrase({ en: 'Name, id, owner, right or inventory', de: 'Name, Id, Eigentümer, Recht, Inventar' }),
  anyInventory: phrase({ en: 'all', de: 'alle' }),
  noneFits: (words: HtmlValue) =>
    phrase({
      en: html`No app matches “${words}”. The search covers name, id, owner, right and inventory.`,
      de: html`Keine App passt zu „${words}“. Die Suche umfasst Name, Id, Eigentümer, Recht und Inventar.`,
    }),
  clearSearch: phrase({ en: 'Clear the search', de: 'Suche leeren' }),
  rightsOfApp: (app: string) => phrase({ en: `of ${app}: all rights`, de: `von ${app}: alle Rechte` }),
  inventories: phrase({ en: 'Inventories', de: 'Inventare' }),
  imports: phrase({ en: 'Imports', de: 'Importe' }),
  importedAt: phrase({ en: 'When', de: 'Wann' }),
  importer: phrase({ en: 'By', de: 'Durch' }),
  apps: phrase({ en: 'Apps', de: 'Apps' }),
  lastImport: phrase({ en: 'Last import', de: 'Letzter Import' }),
  counts: {
    created: phrase({ en: 'New', de: 'Neu' }),
    changed: phrase({ en: 'Changed', de: 'Geändert' }),
    gone: phrase({ en: 'Gone', de: 'Verschwunden' }),
  },
  /** Counted before the import changed anything. Numbers of 0 are left out. */
  planned: ({ created, changed, gone }: Readonly<Record<'created' | 'changed' | 'gone', number>>) => {
    const list = (parts: readonly (string | false)[], none: string): string =>
      parts.filter((part) => part !== false).join(', ') || none;
    const en = list(
      [created > 0 && `${created} new`, changed > 0 && `${changed} changed`, gone > 0 && `${gone} gone`],
      'no change',
    );
    const de = list(
      [created > 0 && `${created} neu`, changed > 0 && `${changed} geändert`, gone > 0 && `${gone} verschwunden`],
      'keine Änderung',
    );
    return phrase({ en: `As it began: ${en}`, de: `Bei Beginn: ${de}` });
  },
  old: (days: number, names: HtmlValue, count: number) =>
    phrase({
      en: html`${names}${count > 3 && ', …'}: the audit log has no import of the last ${days} days. Newer apps may be missing here.`,
      de: html`${names}${count > 3 && ', …'}: Das Protokoll hat keinen Import der letzten ${days} Tage. Neuere Apps fehlen hier vielleicht.`,
    }),
  otherSystem: phrase({ en: 'Any other system', de: 'Jedes andere System' }),
  importedAlready: (ago: HtmlValue) => phrase({ en: html`Last import ${ago}`, de: html`Letzter Import ${ago}` }),
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
    choose: phrase({ en: 'Choose a system to import from', de: 'System wählen, aus dem Sie einlesen' }),
    notPermitted: phrase({
      en: 'No list was imported yet. An operator or administrator imports lists.',
      de: 'Noch wurde keine Liste eingelesen. Listen liest der Betrieb oder die Verwaltung ein.',
    }),
  },
  app: phrase({ en: 'App', de: 'App' }),
  inventory: phrase({ en: 'Inventory', de: 'Inventar' }),
  owner: phrase({ en: 'Owner there', de: 'Eigentümer dort' }),
  noOwner: phrase({ en: 'none', de: 'keiner' }),
  rights: phrase({ en: 'Rights', de: 'Rechte' }),
  rightsOf: (count: number, risky: number) => {
    if (count === 0) return phrase({ en: 'none', de: 'keine' });
    if (risky === 0) {
      return phrase({
        en: `${count === 1 ? '1 right' : `${count} rights`}, none that matters`,
        de: `${count === 1 ? '1 Recht' : `${count} Rechte`}, kein wichtiges`,
      });
    }
    if (risky === count) {
      return phrase({
        en: count === 1 ? '1 right that matters' : `${count} rights, all matter`,
        de: count === 1 ? '1 wichtiges Recht' : `${count} Rechte, alle wichtig`,
      });
    }
    return phrase({
      en: `${risky} of ${count} rights ${risky === 1 ? 'matters' : 'matter'}`,
      de: `${risky} von ${count} Rechten ${risky === 1 ? 'ist' : 'sind'} wichtig`,
    });
  },
  peopleOf: (people: number) =>
    phrase({
      en: `given by ${people === 1 ? '1 person' : `${people} people`}`,
      de: `von ${people === 1 ? '1 Person' : `${people} Personen`} gegeben`,
    }),
  known: phrase({ en: 'Known here as', de: 'Hier bekannt als' }),
  unknown: phrase({ en: 'not known', de: 'nicht bekannt' }),
  matches: {
    stated: phrase({ en: 'named in the list', de: 'in der Liste genannt' }),
    client_id: phrase({ en: 'by its id', de: 'an der Id' }),
    resource: phrase({ en: 'perhaps: the app states its address', de: 'vielleicht: Die App nennt seine Adresse' }),
    redirect_host: phrase({
      en: 'perhaps: the app states the host of a redirect URI',
      de: 'vielleicht: Die App nennt den Host einer Redirect-URI',
    }),
    name_and_owner: phrase({ en: 'by name and owner', de: 'an Name und Eigentümer' }),
  },
  gone: phrase({ en: 'gone', de: 'verschwunden' }),
  off: phrase({ en: 'not enabled', de: 'nicht aktiviert' }),
  goneSince: (ago: HtmlValue) => phrase({ en: html`gone ${ago}`, de: html`${ago} verschwunden` }),
  since: phrase({ en: 'Listed since', de: 'Aufgeführt seit' }),
  pagesOf: phrase({ en: 'Pages of apps', de: 'Seiten der Apps' }),
  import: phrase({ en: 'Import apps', de: 'Apps einlesen' }),
  importNew: phrase({ en: 'Import a new list', de: 'Neue Liste einlesen' }),
};
