import { html, type Phrase, phrase } from '../html.ts';
import { numberPhrase } from '../time-text.ts';

const agents = (count: number): Phrase =>
  phrase({ en: `${count} ${count === 1 ? 'agent' : 'agents'}`, de: `${count} ${count === 1 ? 'Agent' : 'Agenten'}` });

/** Many agents are registered from a list: the form, the preview, the progress and the result. */
export const agentsImportWords = {
  title: phrase({ en: 'Register many agents', de: 'Viele Agenten registrieren' }),
  lead: (most: number) =>
    phrase({
      en: html`From a CSV file, or a file with one JSON object per line. At most ${numberPhrase(most)} agents. The next page shows each error with its line. Nothing is registered before you confirm.`,
      de: html`Aus einer CSV-Datei oder einer Datei mit einem JSON-Objekt je Zeile. Höchstens ${numberPhrase(most)} Agenten. Die nächste Seite zeigt jeden Fehler mit seiner Zeile. Nichts wird registriert, bevor Sie bestätigen.`,
    }),
  file: phrase({ en: 'File', de: 'Datei' }),
  fileHint: phrase({ en: 'CSV or NDJSON, in UTF-8.', de: 'CSV oder NDJSON, in UTF-8.' }),
  paste: phrase({ en: 'Paste the list instead', de: 'Die Liste stattdessen einfügen' }),
  list: phrase({ en: 'List', de: 'Liste' }),
  chooseAgain: phrase({ en: 'Choose the file again.', de: 'Wählen Sie die Datei erneut.' }),
  preview: phrase({ en: 'Preview', de: 'Vorschau' }),
  /** The list cannot be read. */
  refusedList: phrase({ en: 'Nothing was registered.', de: 'Es wurde nichts registriert.' }),
  toField: phrase({ en: 'Go to the field', de: 'Zum Feld' }),
  correctList: phrase({ en: 'Correct the list.', de: 'Berichtigen Sie die Liste.' }),
  columns: phrase({ en: 'Columns of a CSV file', de: 'Spalten einer CSV-Datei' }),
  columnsLead: phrase({
    en: 'The first line names the columns. Their order is free.',
    de: 'Die erste Zeile nennt die Spalten. Ihre Reihenfolge ist frei.',
  }),
  required: phrase({ en: 'required', de: 'nötig' }),
  emptyFile: phrase({ en: 'Download an empty file with these columns', de: 'Leere Datei mit diesen Spalten laden' }),
  jsonLead: phrase({
    en: html`A file with JSON objects: the members are those of <code>POST /agents</code>. They may name rights and further credentials.`,
    de: html`Eine Datei mit JSON-Objekten: Die Felder sind die von <code>POST /agents</code>. Sie können auch Rechte und weitere Nachweise nennen.`,
  }),
  example: phrase({ en: 'Example', de: 'Beispiel' }),
  previewOf: (count: number) =>
    phrase({ en: html`Register ${agents(count)}?`, de: html`${agents(count)} registrieren?` }),
  previewNone: phrase({ en: 'No agent can be registered', de: 'Kein Agent kann registriert werden' }),
  previewLead: phrase({
    en: 'An agent for another owner waits until that owner accepts it. The server checks rights, names and policies when it registers each one.',
    de: 'Ein Agent für einen anderen Eigentümer wartet, bis der ihn annimmt. Rechte, Namen und Richtlinien prüft der Server, wenn er jeden registriert.',
  }),
  wrongLead: (count: number) =>
    phrase({
      en: `${count} ${count === 1 ? 'line has errors and is left out' : 'lines have errors and are left out'}. Correct the list and choose it again, or go on without them.`,
      de: `${count} ${count === 1 ? 'Zeile hat Fehler und wird ausgelassen' : 'Zeilen haben Fehler und werden ausgelassen'}. Berichtigen Sie die Liste und wählen Sie sie erneut, oder fahren Sie ohne sie fort.`,
    }),
  lineHint: phrase({
    en: 'The line with the names of the columns is line 1.',
    de: 'Die Zeile mit den Namen der Spalten ist Zeile 1.',
  }),
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
  start: phrase({ en: 'Start', de: 'Beginn' }),
  startsActive: phrase({ en: 'starts active', de: 'beginnt aktiv' }),
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
    pending: phrase({ en: 'Wait for their owner', de: 'Warten auf den Eigentümer' }),
    refused: phrase({ en: 'Refused', de: 'Abgelehnt' }),
    leftOut: phrase({ en: 'Left out', de: 'Ausgelassen' }),
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
