import { html, type Phrase, phrase } from '../html.ts';
import { numberPhrase } from '../time-text.ts';

const agents = (count: number): Phrase =>
  phrase({ en: `${count} ${count === 1 ? 'agent' : 'agents'}`, de: `${count} ${count === 1 ? 'Agent' : 'Agenten'}` });

/** Many agents are registered from a list: the form, the preview, the progress and the result. */
export const agentsImportWords = {
  title: phrase({ en: 'Register many agents', de: 'Viele Agenten registrieren' }),
  lead: (most: number) =>
    phrase({
      en: html`Up to ${numberPhrase(most)} agents from one file. The preview shows each error before you confirm.`,
      de: html`Bis zu ${numberPhrase(most)} Agenten aus einer Datei. Die Vorschau zeigt jeden Fehler, bevor Sie bestätigen.`,
    }),
  file: phrase({ en: 'File', de: 'Datei' }),
  fileHint: phrase({
    en: 'CSV, or NDJSON with one JSON object per line. UTF-8.',
    de: 'CSV oder NDJSON mit einem JSON-Objekt je Zeile. UTF-8.',
  }),
  paste: phrase({ en: 'Paste the list instead', de: 'Die Liste stattdessen einfügen' }),
  list: phrase({ en: 'List', de: 'Liste' }),
  preview: phrase({ en: 'Preview', de: 'Vorschau' }),
  /** The list cannot be read. */
  refusedList: phrase({ en: 'The list has an error.', de: 'Die Liste hat einen Fehler.' }),
  toField: phrase({ en: 'Go to the field', de: 'Zum Feld' }),
  columns: phrase({ en: 'Columns of a CSV file', de: 'Spalten einer CSV-Datei' }),
  columnsLead: phrase({
    en: 'The first line names the columns. Their order is free.',
    de: 'Die erste Zeile nennt die Spalten. Ihre Reihenfolge ist frei.',
  }),
  required: phrase({ en: 'required', de: 'nötig' }),
  emptyFile: phrase({ en: 'Download an empty file with these columns', de: 'Leere Datei mit diesen Spalten laden' }),
  jsonLead: phrase({
    en: html`The objects of an NDJSON file have the members of <code>POST /agents</code>, which include rights and further credentials.`,
    de: html`Die Objekte einer NDJSON-Datei haben die Felder von <code>POST /agents</code>, auch Rechte und weitere Nachweise.`,
  }),
  example: phrase({ en: 'Example', de: 'Beispiel' }),
  previewOf: (count: number) =>
    phrase({ en: html`Register ${agents(count)}?`, de: html`${agents(count)} registrieren?` }),
  previewNone: phrase({ en: 'No agent can be registered', de: 'Kein Agent kann registriert werden' }),
  previewLead: phrase({
    en: 'An agent for another owner waits until that owner accepts it.',
    de: 'Ein Agent für einen anderen Eigentümer wartet, bis der ihn annimmt.',
  }),
  wrongLead: (count: number) =>
    phrase({
      en: `${count} ${count === 1 ? 'line has errors and is left out' : 'lines have errors and are left out'}. Correct the file and choose it again, or continue without ${count === 1 ? 'it' : 'them'}.`,
      de: `${count} ${count === 1 ? 'Zeile hat Fehler und wird ausgelassen' : 'Zeilen haben Fehler und werden ausgelassen'}. Berichtigen Sie die Datei und wählen Sie sie erneut, oder fahren Sie ohne sie fort.`,
    }),
  missing: phrase({ en: 'missing', de: 'fehlt' }),
  wrong: phrase({ en: 'Lines with errors', de: 'Zeilen mit Fehlern' }),
  right: phrase({ en: 'Agents to register', de: 'Agenten zum Registrieren' }),
  firstOf: (shown: number, all: number) =>
    phrase({ en: `The first ${shown} of ${all}.`, de: `Die ersten ${shown} von ${all}.` }),
  confirm: (count: number) => phrase({ en: html`Register ${agents(count)}`, de: html`${agents(count)} registrieren` }),
  begin: phrase({ en: 'Choose another file', de: 'Andere Datei wählen' }),
  line: phrase({ en: 'Line', de: 'Zeile' }),
  name: phrase({ en: 'Name', de: 'Name' }),
  environment: phrase({ en: 'Environment', de: 'Umgebung' }),
  owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
  you: phrase({ en: 'you', de: 'Sie' }),
  blueprint: phrase({ en: 'Blueprint', de: 'Blueprint' }),
  error: phrase({ en: 'Error', de: 'Fehler' }),
  running: (done: number, all: number) =>
    phrase({
      en: html`Registering agents: ${numberPhrase(done)} of ${numberPhrase(all)}`,
      de: html`Agenten werden registriert: ${numberPhrase(done)} von ${numberPhrase(all)}`,
    }),
  soFar: (made: number, refused: number) =>
    phrase({
      en: html`${numberPhrase(made)} registered, ${numberPhrase(refused)} refused so far. You can leave this page open and work in another tab.`,
      de: html`Bisher ${numberPhrase(made)} registriert, ${numberPhrase(refused)} abgelehnt. Sie können diese Seite offen lassen und in einem anderen Tab arbeiten.`,
    }),
  runningLead: phrase({
    en: 'This page goes on by itself. A line is registered once, even if it is sent again.',
    de: 'Diese Seite geht von selbst weiter. Jede Zeile wird einmal registriert, auch wenn sie erneut gesendet wird.',
  }),
  goOn: (count: number) =>
    phrase({ en: html`Go on with the next ${count}`, de: html`Mit den nächsten ${count} fortfahren` }),
  result: (made: number, all: number) =>
    phrase({
      en: html`${numberPhrase(made)} of ${numberPhrase(all)} ${all === 1 ? 'agent' : 'agents'} registered`,
      de: html`${numberPhrase(made)} von ${numberPhrase(all)} ${all === 1 ? 'Agent' : 'Agenten'} registriert`,
    }),
  counts: phrase({ en: 'Result in numbers', de: 'Ergebnis in Zahlen' }),
  active: phrase({ en: 'active', de: 'aktiv' }),
  waits: phrase({ en: 'waits for its owner', de: 'wartet auf den Eigentümer' }),
  tiles: {
    active: phrase({ en: 'Active', de: 'Aktiv' }),
    pending: phrase({ en: 'Waiting for owners', de: 'Warten auf Eigentümer' }),
  },
  made: phrase({ en: 'Registered agents', de: 'Registrierte Agenten' }),
  notMade: phrase({ en: 'Not registered', de: 'Nicht registriert' }),
  madeFile: phrase({ en: 'Save the ids as CSV', de: 'Kennungen als CSV speichern' }),
  refusedFile: (count: number) =>
    phrase({
      en: html`Save the ${count === 1 ? 'line' : html`${numberPhrase(count)} lines`} not registered as CSV`,
      de: html`${count === 1 ? 'Nicht registrierte Zeile' : html`${numberPhrase(count)} nicht registrierte Zeilen`} als CSV speichern`,
    }),
  toAgents: phrase({ en: 'Show the agents', de: 'Agenten anzeigen' }),
};

/** What each column of a CSV file means. */
export const agentColumnWords = {
  name: phrase({ en: 'name of the agent', de: 'Name des Agenten' }),
  purpose: phrase({ en: 'what it is for', de: 'wofür er da ist' }),
  environment: phrase({ en: 'development, test or production', de: 'development, test oder production' }),
  owner: phrase({
    en: 'username, group or id of its owner (you, if left out)',
    de: 'Benutzername, Gruppe oder Kennung des Eigentümers (ohne Angabe Sie)',
  }),
  blueprint: phrase({ en: 'id of its blueprint', de: 'Kennung seines Blueprints' }),
  uses: phrase({
    en: 'what it is used for, separated by semicolons',
    de: 'wofür er verwendet wird, getrennt durch Semikolons',
  }),
  jwks: phrase({ en: 'its public keys as JSON', de: 'seine öffentlichen Schlüssel als JSON' }),
  jwks_uri: phrase({
    en: 'address of its public keys, in place of jwks',
    de: 'Adresse seiner öffentlichen Schlüssel, anstelle von jwks',
  }),
  redirect_uris: phrase({
    en: 'its redirect URIs, separated by spaces',
    de: 'seine Redirect-URIs, getrennt durch Leerzeichen',
  }),
  grant_types: phrase({
    en: 'its grant types, separated by spaces',
    de: 'seine Grant-Typen, getrennt durch Leerzeichen',
  }),
  provider: phrase({ en: 'who makes it', de: 'wer ihn herstellt' }),
  provider_version: phrase({ en: 'its version', de: 'seine Version' }),
  contact: phrase({ en: 'whom to ask about it', de: 'wer Fragen zu ihm beantwortet' }),
};

/** A list that the form shows; its members have the names of the API. */
export const EXAMPLE_LIST = `name,purpose,environment,owner,jwks_uri
Invoice reader,Reads invoices,production,ada,https://invoices.example.com/jwks.json
Route planner,Plans trips,test,Night shift,https://routes.example.com/jwks.json`;
