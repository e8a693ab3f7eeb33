import { isolated } from '../agent-text.ts';
import { type HtmlValue, html, phrase, type Text } from '../html.ts';

/** Apps that inventories of other systems list. */
export const inventoryWords = {
  title: phrase({ en: 'Apps of other systems', de: 'Apps anderer Systeme' }),
  lead: phrase({
    en: 'Apps in your other systems. Decide about those that are unknown here and have a risky right or a static secret.',
    de: 'Apps in Ihren anderen Systemen. Entscheiden Sie über die, die hier unbekannt sind und ein riskantes Recht oder ein dauerhaftes Geheimnis haben.',
  }),
  titleOf: (inventory: string) =>
    phrase({ en: `${inventory}: apps of another system`, de: `${inventory}: Apps eines anderen Systems` }),
  /** `what`: what it changed. */
  importedBy: (ago: HtmlValue, by: Text | undefined, what: HtmlValue) => {
    const name = by === undefined ? undefined : isolated(by);
    return phrase({
      en: html`Last import ${ago}${name !== undefined && html` by ${name}`}: ${what}.`,
      de: html`Letzter Import ${ago}${name !== undefined && html` durch ${name}`}: ${what}.`,
    });
  },
  firstImport: (apps: number) =>
    phrase({
      en: `the first list, ${apps === 1 ? '1 app' : `${apps} apps`}`,
      de: `die erste Liste, ${apps === 1 ? '1 App' : `${apps} Apps`}`,
    }),
  appsOf: (present: number, gone: number) =>
    phrase({
      en: `${present === 1 ? '1 app' : `${present} apps`}${gone === 0 ? '' : `, ${gone} gone`}`,
      de: `${present === 1 ? '1 App' : `${present} Apps`}${gone === 0 ? '' : `, ${gone} verschwunden`}`,
    }),
  viewsTitle: phrase({ en: 'Which apps', de: 'Welche Apps' }),
  views: {
    decide: phrase({ en: 'To decide', de: 'Zu entscheiden' }),
    new: phrase({ en: 'New', de: 'Neu' }),
    changed: phrase({ en: 'Changed', de: 'Geändert' }),
    known: phrase({ en: 'Known here', de: 'Hier bekannt' }),
    unknown: phrase({ en: 'Not known here', de: 'Nicht bekannt' }),
    gone: phrase({ en: 'Gone', de: 'Verschwunden' }),
    all: phrase({ en: 'All apps', de: 'Alle Apps' }),
  },
  /** Below the numbers of all inventories. */
  viewsSince: phrase({
    en: 'New and changed: since the last import of each inventory. Gone: not in its last import.',
    de: 'Neu und geändert: seit dem letzten Import jedes Inventars. Verschwunden: nicht in seinem letzten Import.',
  }),
  noneIn: {
    decide: phrase({
      en: 'No app needs a decision: each is known here, has neither a risky right nor a static secret, or was decided.',
      de: 'Keine App braucht eine Entscheidung: Jede ist hier bekannt, hat weder ein riskantes Recht noch ein dauerhaftes Geheimnis, oder wurde entschieden.',
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
    unknown: phrase({
      en: 'Each app is known here as a client, agent or resource server.',
      de: 'Jede App ist hier als Client, Agent oder Ressourcenserver bekannt.',
    }),
    gone: phrase({ en: 'The last import has every app.', de: 'Der letzte Import hat jede App.' }),
    all: phrase({ en: 'This inventory has no app.', de: 'Dieses Inventar hat keine App.' }),
  },
  /** On the page of an inventory. */
  notImported: phrase({
    en: 'No list was imported under this name.',
    de: 'Unter diesem Namen wurde keine Liste eingelesen.',
  }),
  matchesTitle: phrase({ en: 'Matches', de: 'Treffer' }),
  /** Of all apps of the list. `gone`: matches that are gone, which are not among them. */
  matching: (found: number, all: number, gone: number, text: HtmlValue) =>
    phrase({
      en: html`${found} of ${all === 1 ? '1 app' : `${all} apps`} ${found === 1 ? 'matches' : 'match'} “${text}”${gone > 0 && `, and ${gone} gone`}.`,
      de: html`${found} von ${all === 1 ? '1 App' : `${all} Apps`} ${found === 1 ? 'passt' : 'passen'} zu „${text}“${gone > 0 && `, und ${gone} verschwundene`}.`,
    }),
  matchingGone: (gone: number, text: HtmlValue) =>
    phrase({
      en: html`No listed app matches “${text}”. ${gone === 1 ? '1 app that is gone does.' : `${gone} apps that are gone do.`}`,
      de: html`Keine aufgeführte App passt zu „${text}“, aber ${gone === 1 ? '1 verschwundene' : `${gone} verschwundene`}.`,
    }),
  onlyThose: (view: HtmlValue, count: number) =>
    phrase({
      en: html`${view}: ${count === 1 ? '1 app' : `${count} apps`}.`,
      de: html`${view}: ${count === 1 ? '1 App' : `${count} Apps`}.`,
    }),
  showAll: phrase({ en: 'Show all apps', de: 'Alle Apps zeigen' }),
  /** Rows of a page. */
  rowsOf: (first: number, last: number, present: number, gone: number) => {
    const range = first === last ? `${first}` : `${first}–${last}`;
    return phrase({
      en: gone === 0 ? `${range} of ${present} apps` : `${range} of ${present + gone} (${present} apps, ${gone} gone)`,
      de:
        gone === 0
          ? `${range} von ${present} Apps`
          : `${range} von ${present + gone} (${present} Apps, ${gone} verschwunden)`,
    });
  },
  /** After the title of the rights, as a link to the sentence. */
  whichRiskyHere: phrase({ en: 'which are risky?', de: 'welche sind riskant?' }),
  whichRisky: phrase({ en: 'Risky rights', de: 'Riskante Rechte' }),
  whichRiskyIs: phrase({
    en: 'those that read or send mail, reach all files, change code or administer, as Google, GitHub, Microsoft and Okta document them, and those with a word such as write, send, delete, manage, admin or all in their name.',
    de: 'Rechte, die Mail lesen oder senden, alle Dateien erreichen, Code ändern oder verwalten, wie Google, GitHub, Microsoft und Okta sie beschreiben, und Rechte mit einem Wort wie write, send, delete, manage, admin oder all im Namen.',
  }),
  remove: phrase({ en: 'Delete this inventory', de: 'Dieses Inventar löschen' }),
  removeTitle: phrase({ en: 'Delete an inventory', de: 'Inventar löschen' }),
  removeAsked: (name: HtmlValue) =>
    phrase({ en: html`Delete the inventory ${name}?`, de: html`Das Inventar ${name} löschen?` }),
  removeLead: phrase({
    en: 'This cannot be undone.',
    de: 'Das lässt sich nicht rückgängig machen.',
  }),
  removes: (present: number, gone: number) =>
    phrase({
      en: `This deletes ${present === 1 ? '1 listed app' : `${present} listed apps`}${gone === 0 ? '' : gone === 1 ? ' and 1 app that is gone' : ` and ${gone} apps that are gone`} from this server. Findings about these apps are resolved, also those you dismissed or adopted. A new import opens new findings.`,
      de: `Das löscht ${present === 1 ? '1 aufgeführte App' : `${present} aufgeführte Apps`}${gone === 0 ? '' : gone === 1 ? ' und 1 verschwundene' : ` und ${gone} verschwundene`} von diesem Server. Befunde über diese Apps gelten als erledigt, auch die, die Sie zurückgestellt oder übernommen haben. Ein neuer Import eröffnet neue Befunde.`,
    }),
  removesNot: phrase({
    en: 'What stays: the other system, your clients, agents and resource servers, and the imports in the audit log.',
    de: 'Was bleibt: das andere System, Ihre Clients, Agenten und Ressourcenserver, und die Importe im Protokoll.',
  }),
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
  register: phrase({ en: 'Register', de: 'Registrieren' }),
  /** After it, for screen readers. */
  registerFor: (app: string) => phrase({ en: `an agent for ${app}`, de: `eines Agenten für ${app}` }),
  search: phrase({ en: 'Search', de: 'Suche' }),
  searchHint: phrase({ en: 'Name, id, owner, right or inventory', de: 'Name, Id, Eigentümer, Recht, Inventar' }),
  searchHintInOne: phrase({ en: 'Name, id, owner or right', de: 'Name, Id, Eigentümer, Recht' }),
  anyInventory: phrase({ en: 'All inventories', de: 'Alle Inventare' }),
  noneFits: (words: HtmlValue) =>
    phrase({
      en: html`No app matches “${words}”. The search covers name, id, owner, right and inventory.`,
      de: html`Keine App passt zu „${words}“. Die Suche umfasst Name, Id, Eigentümer, Recht und Inventar.`,
    }),
  noneFitsInOne: (words: HtmlValue) =>
    phrase({
      en: html`No app matches “${words}”. The search covers name, id, owner and right.`,
      de: html`Keine App passt zu „${words}“. Die Suche umfasst Name, Id, Eigentümer und Recht.`,
    }),
  clearSearch: phrase({ en: 'Clear the search', de: 'Suche löschen' }),
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
    return phrase({ en, de });
  },
  old: (days: number, names: HtmlValue, count: number) =>
    phrase({
      en: html`${names}${count > 3 && ', …'}: the audit log has no import of the last ${days} days. Newer apps may be missing here.`,
      de: html`${names}${count > 3 && ', …'}: Das Protokoll hat keinen Import der letzten ${days} Tage. Neuere Apps fehlen hier vielleicht.`,
    }),
  otherSystem: phrase({ en: 'Any other system', de: 'Jedes andere System' }),
  importedAlready: (apps: number, ago: HtmlValue) =>
    phrase({
      en: html`${apps === 1 ? '1 app' : `${apps} apps`}, last import ${ago}`,
      de: html`${apps === 1 ? '1 App' : `${apps} Apps`}, letzter Import ${ago}`,
    }),
  otherInventories: phrase({ en: 'Other inventories', de: 'Weitere Inventare' }),
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
        en: count === 1 ? '1 right, not risky' : `${count} rights, none risky`,
        de: `${count === 1 ? '1 Recht' : `${count} Rechte`}, kein riskantes`,
      });
    }
    if (risky === count) {
      return phrase({
        en: count === 1 ? '1 risky right' : `${count} rights, all risky`,
        de: count === 1 ? '1 riskantes Recht' : `${count} Rechte, alle riskant`,
      });
    }
    return phrase({
      en: `${risky} of ${count} rights ${risky === 1 ? 'is' : 'are'} risky`,
      de: `${risky} von ${count} Rechten ${risky === 1 ? 'ist' : 'sind'} riskant`,
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
    stated: phrase({ en: 'as the list says', de: 'laut Liste' }),
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
  listedSince: (day: HtmlValue) => phrase({ en: html`since ${day}`, de: html`seit ${day}` }),
  goneSince: (day: HtmlValue) => phrase({ en: html`gone since ${day}`, de: html`verschwunden seit ${day}` }),
  listed: phrase({ en: 'Listed', de: 'Aufgeführt' }),
  pagesOf: phrase({ en: 'Pages of apps', de: 'Seiten der Apps' }),
  import: phrase({ en: 'Import apps', de: 'Apps einlesen' }),
  importNew: phrase({ en: 'Import a new list', de: 'Neue Liste einlesen' }),
};
