import { phrase } from '../html.ts';

/** Apps that inventories of other systems list, and their import. */
export const inventoryWords = {
  title: phrase({ en: 'Apps of other systems', de: 'Apps anderer Systeme' }),
  lead: phrase({
    en: 'What inventories of other systems list. An app with rights that matter, and that is not known here, is a finding.',
    de: 'Was Inventare anderer Systeme aufführen. Eine App mit wichtigen Rechten, die hier nicht bekannt ist, ist ein Befund.',
  }),
  none: phrase({
    en: 'No inventory was imported.',
    de: 'Es wurde noch kein Inventar eingelesen.',
  }),
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
  import: phrase({ en: 'Import a list', de: 'Liste einlesen' }),
  importAsked: phrase({
    en: 'Import which apps another system has',
    de: 'Einlesen, welche Apps ein anderes System hat',
  }),
  importLead: phrase({
    en: 'Paste the whole list. The same list again changes nothing. An app that the list does not have counts as gone.',
    de: 'Fügen Sie die ganze Liste ein. Dieselbe Liste noch einmal ändert nichts. Eine App, die darin fehlt, gilt als verschwunden.',
  }),
  format: phrase({ en: 'Format', de: 'Format' }),
  formats: {
    ndjson: phrase({ en: 'NDJSON', de: 'NDJSON' }),
    csv: phrase({ en: 'CSV', de: 'CSV' }),
    entra: phrase({ en: 'Microsoft Entra ID', de: 'Microsoft Entra ID' }),
    okta: phrase({ en: 'Okta', de: 'Okta' }),
    google: phrase({ en: 'Google Workspace', de: 'Google Workspace' }),
    github: phrase({ en: 'GitHub', de: 'GitHub' }),
    'mcp-registry': phrase({ en: 'MCP registry', de: 'MCP-Registry' }),
  },
  source: phrase({ en: 'Name of the inventory', de: 'Name des Inventars' }),
  sourceHint: phrase({
    en: 'Lower-case letters, digits and hyphens. Empty: the format.',
    de: 'Kleinbuchstaben, Ziffern und Bindestriche. Leer: das Format.',
  }),
  list: phrase({ en: 'List', de: 'Liste' }),
  listHint: phrase({
    en: 'At most a million characters, with one page of the answers in a line, or one JSON list. For more, use the command line: behalf inventory import.',
    de: 'Höchstens eine Million Zeichen, mit einer Seite der Antworten in einer Zeile, oder eine JSON-Liste. Für mehr nehmen Sie die Kommandozeile: behalf inventory import.',
  }),
  importNow: phrase({ en: 'Import', de: 'Einlesen' }),
};
